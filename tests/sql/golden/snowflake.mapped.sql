WITH taken AS (
  SELECT
    "EXTERNAL_USER_ID" AS "id",
    "EYE_COLOR" AS "eye_color",
    GET(GET("PROPERTIES", 'account'), 'a plan') AS "plan_json",
    "FOODS" AS "favorite_foods",
    "AGE" AS "age",
    "Is VIP" AS "vip",
    GET(PARSE_JSON("RAW"), 'nick') AS "nickname_json",
    "SIGNED_UP" AS "signed_up",
    "LAST_PURCHASE" AS "last_purchase",
    "PUSH_STATE" AS "push",
    "EMAIL_STATE" AS "email",
    "LAST_SEEN" AS "last_used_app",
    GET("PROPERTIES", 'Net %% "worth"') AS "Net____worth__json"
  FROM "ANALYTICS"."USERS"
), users_of_audience AS (
  SELECT
    "id",
    NULLIF("eye_color", '') AS "eye_color",
    CASE
      WHEN TYPEOF("plan_json") = 'VARCHAR'
      THEN NULLIF(AS_VARCHAR("plan_json"), '')
    END AS "plan_string",
    CASE WHEN ARRAY_SIZE(AS_ARRAY("plan_json")) > 0 THEN AS_ARRAY("plan_json") END AS "plan_array",
    CASE WHEN ARRAY_SIZE("favorite_foods") > 0 THEN "favorite_foods" END AS "favorite_foods_array",
    CASE
      WHEN ABS(CAST("age" AS DOUBLE)) <= 1.7976931348623157E308
      THEN CAST("age" AS DOUBLE)
    END AS "age",
    "vip" AS "vip",
    CASE
      WHEN TYPEOF("nickname_json") = 'VARCHAR'
      THEN NULLIF(AS_VARCHAR("nickname_json"), '')
    END AS "nickname",
    DATE_PART(EPOCH_MICROSECOND, "signed_up") AS "signed_up",
    CASE
      WHEN REGEXP_LIKE(
        "last_purchase",
        '((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?'
      )
      THEN DATE_PART(
        EPOCH_MICROSECOND,
        TRY_TO_TIMESTAMP_TZ(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE("last_purchase", '^(.{10})$', '\\1T00:00:00'),
                  '^(.{16})(Z|UTC| |[+-]|$)',
                  '\\1:00\\2'
                ),
                '^(.{19})[.:]([0-9]{1,6})[0-9]*',
                '\\1.\\2'
              ),
              '^(.{19}[.0-9]*)( ?(Z|UTC))?$',
              '\\1+00:00'
            ),
            ' ?([+-][0-9]{2}):?([0-9]{2})$',
            '\\1:\\2'
          ),
          'AUTO'
        )
      )
    END AS "last_purchase",
    COALESCE(NULLIF("push", ''), 'subscribed') AS "push",
    COALESCE(NULLIF("email", ''), 'subscribed') AS "email",
    DATE_PART(EPOCH_MICROSECOND, "last_used_app") AS "last_used_app",
    CASE
      WHEN NOT CASE
        WHEN TYPEOF("Net____worth__json") = 'VARCHAR'
        THEN NULLIF(AS_VARCHAR("Net____worth__json"), '')
      END IS NULL
      OR TYPEOF("Net____worth__json") = 'BOOLEAN'
      OR NOT CASE
        WHEN TYPEOF("Net____worth__json") IN ('INTEGER', 'DECIMAL', 'DOUBLE')
        AND ABS(TO_DOUBLE("Net____worth__json")) <= 1.7976931348623157E308
        THEN TO_DOUBLE("Net____worth__json")
      END IS NULL
      OR NOT CASE
        WHEN ARRAY_SIZE(AS_ARRAY("Net____worth__json")) > 0
        THEN AS_ARRAY("Net____worth__json")
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
    "plan_string" IN (%(p2)s, %(p3)s),
    ARRAYS_OVERLAP("plan_array", ARRAY_CONSTRUCT(%(p4)s, %(p5)s))
  )
  AND ARRAYS_OVERLAP("favorite_foods_array", ARRAY_CONSTRUCT(%(p6)s, %(p7)s))
  AND (
    "age" > CAST(%(p8)s AS DOUBLE) OR "age" IS NULL
  )
  AND "vip" = TRUE
  AND NOT REGEXP_LIKE("nickname", %(p9)s)
  AND "signed_up" < %(p10)s
  AND "last_purchase" < %(now)s - %(p11)s * 86400000000
  AND "push" = %(p12)s
  AND "email" <> %(p13)s
  AND "last_used_app" >= %(p14)s
  AND NOT "Net____worth_" IS NULL
-- p1 = 'blue'
-- p2 = 'gold'
-- p3 = '100%'
-- p4 = 'gold'
-- p5 = '100%'
-- p6 = 'pizza'
-- p7 = 'a\\b'
-- p8 = 21.0
-- p9 = "(\\n|[^\\n])*(^[Oo]'[Bb])(\\n|[^\\n])*"
-- p10 = 1767225600000000
-- now = None
-- p11 = 2
-- p12 = 'opted_in'
-- p13 = 'unsubscribed'
-- p14 = 1767225600000000
