WITH taken AS (
  SELECT
    "external_user_id" AS "id",
    "eye_color" AS "eye_color",
    JSONB_EXTRACT_PATH(JSONB_EXTRACT_PATH("properties", 'account'), 'a plan') AS "plan_json",
    "foods" AS "favorite_foods",
    "age" AS "age",
    "Is VIP" AS "vip",
    JSONB_EXTRACT_PATH(CAST("raw" AS JSONB), 'nick') AS "nickname_json",
    "signed_up" AS "signed_up",
    "last_purchase" AS "last_purchase",
    "push_state" AS "push",
    "email_state" AS "email",
    "last_seen" AS "last_used_app",
    JSONB_EXTRACT_PATH("properties", 'Net %% "worth"') AS "Net____worth__json"
  FROM "analytics"."users"
), users_of_audience AS (
  SELECT
    "id",
    NULLIF("eye_color", '') AS "eye_color",
    CASE
      WHEN JSONB_TYPEOF("plan_json") = 'string'
      THEN NULLIF("plan_json" #>> '{}', '')
    END AS "plan_string",
    CASE
      WHEN JSONB_TYPEOF("plan_json") = 'array'
      THEN CASE WHEN JSONB_ARRAY_LENGTH("plan_json") > 0 THEN "plan_json" END
    END AS "plan_array",
    CASE WHEN CARDINALITY("favorite_foods") > 0 THEN "favorite_foods" END AS "favorite_foods_array",
    CASE
      WHEN -2.4703282292062328E-324 < "age" AND "age" < 2.4703282292062328E-324
      THEN 0.0
      WHEN -1.7976931348623157E308 <= "age" AND "age" <= 1.7976931348623157E308
      THEN CAST("age" AS DOUBLE PRECISION)
    END AS "age",
    "vip" AS "vip",
    CASE
      WHEN JSONB_TYPEOF("nickname_json") = 'string'
      THEN NULLIF("nickname_json" #>> '{}', '')
    END AS "nickname",
    CASE
      WHEN ISFINITE("signed_up")
      THEN CAST((
        EXTRACT(EPOCH FROM "signed_up") * 1000000
      ) AS BIGINT)
    END AS "signed_up",
    CASE
      WHEN "last_purchase" ~ '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
      THEN CAST((
        EXTRACT(EPOCH FROM CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE("last_purchase", '^(.{10})$', '\1T00:00:00'),
                '^(.{16})(Z|UTC| |[+-]|$)',
                '\1:00\2'
              ),
              '^(.{19})[.:]([0-9]{1,6})[0-9]*',
              '\1.\2'
            ),
            '^(.{19}[.0-9]*)( ?(Z|UTC))?$',
            '\1+00:00'
          ),
          ' ?([+-][0-9]{2}):?([0-9]{2})$',
          '\1:\2'
        ) AS TIMESTAMPTZ)) * 1000000
      ) AS BIGINT)
    END AS "last_purchase",
    COALESCE(NULLIF("push", ''), 'subscribed') AS "push",
    COALESCE(NULLIF("email", ''), 'subscribed') AS "email",
    CASE
      WHEN ISFINITE("last_used_app")
      THEN CAST((
        EXTRACT(EPOCH FROM "last_used_app") * 1000000
      ) AS BIGINT)
    END AS "last_used_app",
    CASE
      WHEN NOT CASE
        WHEN JSONB_TYPEOF("Net____worth__json") = 'string'
        THEN NULLIF("Net____worth__json" #>> '{}', '')
      END IS NULL
      OR JSONB_TYPEOF("Net____worth__json") = 'boolean'
      OR NOT CASE
        WHEN JSONB_TYPEOF("Net____worth__json") = 'number'
        THEN CASE
          WHEN -2.4703282292062328E-324 < CAST("Net____worth__json" AS DECIMAL)
          AND CAST("Net____worth__json" AS DECIMAL) < 2.4703282292062328E-324
          THEN 0.0
          WHEN -1.7976931348623157E308 <= CAST("Net____worth__json" AS DECIMAL)
          AND CAST("Net____worth__json" AS DECIMAL) <= 1.7976931348623157E308
          THEN CAST(CAST("Net____worth__json" AS DECIMAL) AS DOUBLE PRECISION)
        END
      END IS NULL
      OR NOT CASE
        WHEN JSONB_TYPEOF("Net____worth__json") = 'array'
        THEN CASE
          WHEN JSONB_ARRAY_LENGTH("Net____worth__json") > 0
          THEN "Net____worth__json"
        END
      END IS NULL
      THEN TRUE
    END AS "Net____worth_"
  FROM taken
)
SELECT
  "id"
FROM users_of_audience
WHERE
  "eye_color" = %(p1)s
  AND COALESCE(
    "plan_string" = ANY(
      CAST(%(p2)s AS TEXT[])
    ),
    JSONB_EXISTS_ANY("plan_array", CAST(%(p3)s AS TEXT[]))
  )
  AND "favorite_foods_array" && CAST(%(p4)s AS TEXT[])
  AND (
    "age" > %(p5)s OR "age" IS NULL
  )
  AND "vip" = TRUE
  AND NOT (
    "nickname" ~ %(p6)s
  )
  AND "signed_up" < %(p7)s
  AND "last_purchase" < %(now)s - %(p8)s * 86400000000
  AND "push" = %(p9)s
  AND "email" <> %(p10)s
  AND "last_used_app" >= %(p11)s
  AND NOT "Net____worth_" IS NULL
-- p1 = 'blue'
-- p2 = ['gold', '100%']
-- p3 = ['gold', '100%']
-- p4 = ['pizza', 'a\\b']
-- p5 = 21.0
-- p6 = "^[Oo]'[Bb]"
-- p7 = 1767225600000000
-- now = None
-- p8 = 2
-- p9 = 'opted_in'
-- p10 = 'unsubscribed'
-- p11 = 1767225600000000
