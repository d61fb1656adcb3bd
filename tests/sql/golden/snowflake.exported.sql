WITH taken AS (
  SELECT
    "EXTERNAL_ID" AS "id",
    GET("CUSTOM_ATTRIBUTES", 'eye_color') AS "eye_color_json",
    GET("CUSTOM_ATTRIBUTES", 'plan') AS "plan_json",
    GET("CUSTOM_ATTRIBUTES", 'favorite_foods') AS "favorite_foods_json",
    GET("CUSTOM_ATTRIBUTES", 'age') AS "age_json",
    GET("CUSTOM_ATTRIBUTES", 'vip') AS "vip_json",
    GET("CUSTOM_ATTRIBUTES", 'nickname') AS "nickname_json",
    GET("CUSTOM_ATTRIBUTES", 'signed_up') AS "signed_up_json",
    GET("CUSTOM_ATTRIBUTES", 'last_purchase') AS "last_purchase_json",
    "PUSH_SUBSCRIBE" AS "push",
    "EMAIL_SUBSCRIBE" AS "email",
    "APPS" AS "last_used_app",
    GET("CUSTOM_ATTRIBUTES", 'Net %% "worth"') AS "Net____worth__json"
  FROM "PROFILES"
), users AS (
  SELECT
    "id",
    CASE
      WHEN TYPEOF("eye_color_json") = 'VARCHAR'
      THEN NULLIF(AS_VARCHAR("eye_color_json"), '')
    END AS "eye_color",
    CASE
      WHEN TYPEOF("plan_json") = 'VARCHAR'
      THEN NULLIF(AS_VARCHAR("plan_json"), '')
    END AS "plan_string",
    CASE WHEN ARRAY_SIZE(AS_ARRAY("plan_json")) > 0 THEN AS_ARRAY("plan_json") END AS "plan_array",
    CASE
      WHEN TYPEOF("favorite_foods_json") = 'VARCHAR'
      THEN NULLIF(AS_VARCHAR("favorite_foods_json"), '')
    END AS "favorite_foods_string",
    CASE
      WHEN ARRAY_SIZE(AS_ARRAY("favorite_foods_json")) > 0
      THEN AS_ARRAY("favorite_foods_json")
    END AS "favorite_foods_array",
    CASE
      WHEN TYPEOF("age_json") IN ('INTEGER', 'DECIMAL', 'DOUBLE')
      AND ABS(TO_DOUBLE("age_json")) <= 1.7976931348623157E308
      THEN TO_DOUBLE("age_json")
    END AS "age",
    AS_BOOLEAN("vip_json") AS "vip",
    CASE
      WHEN TYPEOF("nickname_json") = 'VARCHAR'
      THEN NULLIF(AS_VARCHAR("nickname_json"), '')
    END AS "nickname",
    CASE
      WHEN REGEXP_LIKE(
        CASE
          WHEN TYPEOF("signed_up_json") = 'VARCHAR'
          THEN NULLIF(AS_VARCHAR("signed_up_json"), '')
        END,
        '((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?'
      )
      THEN DATE_PART(
        EPOCH_MICROSECOND,
        TRY_TO_TIMESTAMP_TZ(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    CASE
                      WHEN TYPEOF("signed_up_json") = 'VARCHAR'
                      THEN NULLIF(AS_VARCHAR("signed_up_json"), '')
                    END,
                    '^(.{10})$',
                    '\\1T00:00:00'
                  ),
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
    END AS "signed_up",
    CASE
      WHEN REGEXP_LIKE(
        CASE
          WHEN TYPEOF("last_purchase_json") = 'VARCHAR'
          THEN NULLIF(AS_VARCHAR("last_purchase_json"), '')
        END,
        '((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?'
      )
      THEN DATE_PART(
        EPOCH_MICROSECOND,
        TRY_TO_TIMESTAMP_TZ(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    CASE
                      WHEN TYPEOF("last_purchase_json") = 'VARCHAR'
                      THEN NULLIF(AS_VARCHAR("last_purchase_json"), '')
                    END,
                    '^(.{10})$',
                    '\\1T00:00:00'
                  ),
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
    NULLIF(
      CAST(ARRAY_MAX(
        TRANSFORM(
          AS_ARRAY("last_used_app"),
          app -> COALESCE(
            CASE
              WHEN REGEXP_LIKE(
                CASE
                  WHEN TYPEOF(GET(app, 'last_used')) = 'VARCHAR'
                  THEN NULLIF(AS_VARCHAR(GET(app, 'last_used')), '')
                END,
                '((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?'
              )
              THEN DATE_PART(
                EPOCH_MICROSECOND,
                TRY_TO_TIMESTAMP_TZ(
                  REGEXP_REPLACE(
                    REGEXP_REPLACE(
                      REGEXP_REPLACE(
                        REGEXP_REPLACE(
                          REGEXP_REPLACE(
                            CASE
                              WHEN TYPEOF(GET(app, 'last_used')) = 'VARCHAR'
                              THEN NULLIF(AS_VARCHAR(GET(app, 'last_used')), '')
                            END,
                            '^(.{10})$',
                            '\\1T00:00:00'
                          ),
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
            END,
            -100000000000000000
          )
        )
      ) AS BIGINT),
      -100000000000000000
    ) AS "last_used_app",
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
FROM users
WHERE
  "eye_color" = %(p1)s
  AND COALESCE(
    "plan_string" IN (%(p2)s, %(p3)s),
    ARRAYS_OVERLAP("plan_array", ARRAY_CONSTRUCT(%(p4)s, %(p5)s))
  )
  AND COALESCE(
    "favorite_foods_string" IN (%(p6)s, %(p7)s),
    ARRAYS_OVERLAP("favorite_foods_array", ARRAY_CONSTRUCT(%(p8)s, %(p9)s))
  )
  AND (
    "age" > CAST(%(p10)s AS DOUBLE) OR "age" IS NULL
  )
  AND "vip" = TRUE
  AND NOT REGEXP_LIKE("nickname", %(p11)s)
  AND "signed_up" < %(p12)s
  AND "last_purchase" < %(now)s - %(p13)s * 86400000000
  AND "push" = %(p14)s
  AND "email" <> %(p15)s
  AND "last_used_app" >= %(p16)s
  AND NOT "Net____worth_" IS NULL
-- p1 = 'blue'
-- p2 = 'gold'
-- p3 = '100%'
-- p4 = 'gold'
-- p5 = '100%'
-- p6 = 'pizza'
-- p7 = 'a\\b'
-- p8 = 'pizza'
-- p9 = 'a\\b'
-- p10 = 21.0
-- p11 = "(\\n|[^\\n])*(^[Oo]'[Bb])(\\n|[^\\n])*"
-- p12 = 1767225600000000
-- now = None
-- p13 = 2
-- p14 = 'opted_in'
-- p15 = 'unsubscribed'
-- p16 = 1767225600000000
