WITH taken AS (
  SELECT
    "external_id" AS "id",
    JSONB_EXTRACT_PATH("custom_attributes", 'eye_color') AS "eye_color_json",
    JSONB_EXTRACT_PATH("custom_attributes", 'plan') AS "plan_json",
    JSONB_EXTRACT_PATH("custom_attributes", 'favorite_foods') AS "favorite_foods_json",
    JSONB_EXTRACT_PATH("custom_attributes", 'age') AS "age_json",
    JSONB_EXTRACT_PATH("custom_attributes", 'vip') AS "vip_json",
    JSONB_EXTRACT_PATH("custom_attributes", 'nickname') AS "nickname_json",
    JSONB_EXTRACT_PATH("custom_attributes", 'signed_up') AS "signed_up_json",
    JSONB_EXTRACT_PATH("custom_attributes", 'last_purchase') AS "last_purchase_json",
    "push_subscribe" AS "push",
    "email_subscribe" AS "email",
    "apps" AS "last_used_app",
    JSONB_EXTRACT_PATH("custom_attributes", 'Net %% "worth"') AS "Net____worth__json"
  FROM "profiles"
), users AS (
  SELECT
    "id",
    CASE
      WHEN JSONB_TYPEOF("eye_color_json") = 'string'
      THEN NULLIF("eye_color_json" #>> '{}', '')
    END AS "eye_color",
    CASE
      WHEN JSONB_TYPEOF("plan_json") = 'string'
      THEN NULLIF("plan_json" #>> '{}', '')
    END AS "plan_string",
    CASE
      WHEN JSONB_TYPEOF("plan_json") = 'array'
      THEN CASE WHEN JSONB_ARRAY_LENGTH("plan_json") > 0 THEN "plan_json" END
    END AS "plan_array",
    CASE
      WHEN JSONB_TYPEOF("favorite_foods_json") = 'string'
      THEN NULLIF("favorite_foods_json" #>> '{}', '')
    END AS "favorite_foods_string",
    CASE
      WHEN JSONB_TYPEOF("favorite_foods_json") = 'array'
      THEN CASE
        WHEN JSONB_ARRAY_LENGTH("favorite_foods_json") > 0
        THEN "favorite_foods_json"
      END
    END AS "favorite_foods_array",
    CASE
      WHEN JSONB_TYPEOF("age_json") = 'number'
      THEN CASE
        WHEN -2.4703282292062328E-324 < CAST("age_json" AS DECIMAL)
        AND CAST("age_json" AS DECIMAL) < 2.4703282292062328E-324
        THEN 0.0
        WHEN -1.7976931348623157E308 <= CAST("age_json" AS DECIMAL)
        AND CAST("age_json" AS DECIMAL) <= 1.7976931348623157E308
        THEN CAST(CAST("age_json" AS DECIMAL) AS DOUBLE PRECISION)
      END
    END AS "age",
    CASE WHEN JSONB_TYPEOF("vip_json") = 'boolean' THEN CAST("vip_json" AS BOOLEAN) END AS "vip",
    CASE
      WHEN JSONB_TYPEOF("nickname_json") = 'string'
      THEN NULLIF("nickname_json" #>> '{}', '')
    END AS "nickname",
    CASE
      WHEN CASE
        WHEN JSONB_TYPEOF("signed_up_json") = 'string'
        THEN NULLIF("signed_up_json" #>> '{}', '')
      END ~ '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
      THEN CAST((
        EXTRACT(EPOCH FROM CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  CASE
                    WHEN JSONB_TYPEOF("signed_up_json") = 'string'
                    THEN NULLIF("signed_up_json" #>> '{}', '')
                  END,
                  '^(.{10})$',
                  '\1T00:00:00'
                ),
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
    END AS "signed_up",
    CASE
      WHEN CASE
        WHEN JSONB_TYPEOF("last_purchase_json") = 'string'
        THEN NULLIF("last_purchase_json" #>> '{}', '')
      END ~ '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
      THEN CAST((
        EXTRACT(EPOCH FROM CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  CASE
                    WHEN JSONB_TYPEOF("last_purchase_json") = 'string'
                    THEN NULLIF("last_purchase_json" #>> '{}', '')
                  END,
                  '^(.{10})$',
                  '\1T00:00:00'
                ),
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
      WHEN JSONB_TYPEOF("last_used_app") = 'array'
      THEN (
        SELECT
          MAX(
            CASE
              WHEN CASE
                WHEN JSONB_TYPEOF(JSONB_EXTRACT_PATH(app, 'last_used')) = 'string'
                THEN NULLIF(JSONB_EXTRACT_PATH(app, 'last_used') #>> '{}', '')
              END ~ '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
              THEN CAST((
                EXTRACT(EPOCH FROM CAST(REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    REGEXP_REPLACE(
                      REGEXP_REPLACE(
                        REGEXP_REPLACE(
                          CASE
                            WHEN JSONB_TYPEOF(JSONB_EXTRACT_PATH(app, 'last_used')) = 'string'
                            THEN NULLIF(JSONB_EXTRACT_PATH(app, 'last_used') #>> '{}', '')
                          END,
                          '^(.{10})$',
                          '\1T00:00:00'
                        ),
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
            END
          )
        FROM JSONB_ARRAY_ELEMENTS("last_used_app") AS app
      )
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
FROM users
WHERE
  "eye_color" = %(p1)s
  AND COALESCE(
    "plan_string" = ANY(
      CAST(%(p2)s AS TEXT[])
    ),
    JSONB_EXISTS_ANY("plan_array", CAST(%(p3)s AS TEXT[]))
  )
  AND COALESCE(
    "favorite_foods_string" = ANY(
      CAST(%(p4)s AS TEXT[])
    ),
    JSONB_EXISTS_ANY("favorite_foods_array", CAST(%(p5)s AS TEXT[]))
  )
  AND (
    "age" > %(p6)s OR "age" IS NULL
  )
  AND "vip" = TRUE
  AND NOT (
    "nickname" ~ %(p7)s
  )
  AND "signed_up" < %(p8)s
  AND "last_purchase" < %(now)s - %(p9)s * 86400000000
  AND "push" = %(p10)s
  AND "email" <> %(p11)s
  AND "last_used_app" >= %(p12)s
  AND NOT "Net____worth_" IS NULL
-- p1 = 'blue'
-- p2 = ['gold', '100%']
-- p3 = ['gold', '100%']
-- p4 = ['pizza', 'a\\b']
-- p5 = ['pizza', 'a\\b']
-- p6 = 21.0
-- p7 = "^[Oo]'[Bb]"
-- p8 = 1767225600000000
-- now = None
-- p9 = 2
-- p10 = 'opted_in'
-- p11 = 'unsubscribed'
-- p12 = 1767225600000000
