WITH taken AS (
  SELECT
    "external_id" AS "id",
    JSON_EXTRACT("custom_attributes", '/eye_color') AS "eye_color_json",
    JSON_EXTRACT("custom_attributes", '/plan') AS "plan_json",
    JSON_EXTRACT("custom_attributes", '/favorite_foods') AS "favorite_foods_json",
    JSON_EXTRACT("custom_attributes", '/age') AS "age_json",
    JSON_EXTRACT("custom_attributes", '/vip') AS "vip_json",
    JSON_EXTRACT("custom_attributes", '/nickname') AS "nickname_json",
    JSON_EXTRACT("custom_attributes", '/signed_up') AS "signed_up_json",
    JSON_EXTRACT("custom_attributes", '/last_purchase') AS "last_purchase_json",
    "push_subscribe" AS "push",
    "email_subscribe" AS "email",
    "apps" AS "last_used_app",
    JSON_EXTRACT("custom_attributes", '/Net % "worth"') AS "Net____worth__json"
  FROM "profiles"
), users AS (
  SELECT
    "id",
    CASE
      WHEN JSON_TYPE("eye_color_json") = 'VARCHAR'
      THEN NULLIF(JSON_EXTRACT_STRING("eye_color_json", '$'), '')
    END AS "eye_color",
    CASE
      WHEN JSON_TYPE("plan_json") = 'VARCHAR'
      THEN NULLIF(JSON_EXTRACT_STRING("plan_json", '$'), '')
    END AS "plan_string",
    CASE
      WHEN JSON_TYPE("plan_json") = 'ARRAY'
      THEN CASE
        WHEN JSON_ARRAY_LENGTH("plan_json") > 0
        THEN LIST_TRANSFORM(
          LIST_FILTER(CAST("plan_json" AS JSON[]), LAMBDA item : JSON_TYPE(item) = 'VARCHAR'),
          LAMBDA item : JSON_EXTRACT_STRING(item, '$')
        )
      END
    END AS "plan_array",
    CASE
      WHEN JSON_TYPE("favorite_foods_json") = 'VARCHAR'
      THEN NULLIF(JSON_EXTRACT_STRING("favorite_foods_json", '$'), '')
    END AS "favorite_foods_string",
    CASE
      WHEN JSON_TYPE("favorite_foods_json") = 'ARRAY'
      THEN CASE
        WHEN JSON_ARRAY_LENGTH("favorite_foods_json") > 0
        THEN LIST_TRANSFORM(
          LIST_FILTER(CAST("favorite_foods_json" AS JSON[]), LAMBDA item : JSON_TYPE(item) = 'VARCHAR'),
          LAMBDA item : JSON_EXTRACT_STRING(item, '$')
        )
      END
    END AS "favorite_foods_array",
    CASE
      WHEN JSON_TYPE("age_json") IN ('BIGINT', 'UBIGINT', 'DOUBLE')
      AND ABS(TRY_CAST("age_json" AS DOUBLE)) <= 1.7976931348623157E308
      THEN TRY_CAST("age_json" AS DOUBLE)
    END AS "age",
    CASE
      WHEN JSON_TYPE("vip_json") = 'BOOLEAN'
      THEN TRY_CAST("vip_json" AS BOOLEAN)
    END AS "vip",
    CASE
      WHEN JSON_TYPE("nickname_json") = 'VARCHAR'
      THEN NULLIF(JSON_EXTRACT_STRING("nickname_json", '$'), '')
    END AS "nickname",
    CASE
      WHEN REGEXP_FULL_MATCH(
        CASE
          WHEN JSON_TYPE("signed_up_json") = 'VARCHAR'
          THEN NULLIF(JSON_EXTRACT_STRING("signed_up_json", '$'), '')
        END,
        '([12][0-9]{3}|3000)-[0-1][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z'
      )
      THEN EPOCH_US(
        TRY_CAST(CASE
          WHEN JSON_TYPE("signed_up_json") = 'VARCHAR'
          THEN NULLIF(JSON_EXTRACT_STRING("signed_up_json", '$'), '')
        END AS TIMESTAMP)
      )
      ELSE CASE
        WHEN REGEXP_FULL_MATCH(
          CASE
            WHEN JSON_TYPE("signed_up_json") = 'VARCHAR'
            THEN NULLIF(JSON_EXTRACT_STRING("signed_up_json", '$'), '')
          END,
          '((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?'
        )
        THEN EPOCH_US(
          TRY_CAST(REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    CASE
                      WHEN JSON_TYPE("signed_up_json") = 'VARCHAR'
                      THEN NULLIF(JSON_EXTRACT_STRING("signed_up_json", '$'), '')
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
          ) AS TIMESTAMPTZ)
        )
      END
    END AS "signed_up",
    CASE
      WHEN REGEXP_FULL_MATCH(
        CASE
          WHEN JSON_TYPE("last_purchase_json") = 'VARCHAR'
          THEN NULLIF(JSON_EXTRACT_STRING("last_purchase_json", '$'), '')
        END,
        '([12][0-9]{3}|3000)-[0-1][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z'
      )
      THEN EPOCH_US(
        TRY_CAST(CASE
          WHEN JSON_TYPE("last_purchase_json") = 'VARCHAR'
          THEN NULLIF(JSON_EXTRACT_STRING("last_purchase_json", '$'), '')
        END AS TIMESTAMP)
      )
      ELSE CASE
        WHEN REGEXP_FULL_MATCH(
          CASE
            WHEN JSON_TYPE("last_purchase_json") = 'VARCHAR'
            THEN NULLIF(JSON_EXTRACT_STRING("last_purchase_json", '$'), '')
          END,
          '((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?'
        )
        THEN EPOCH_US(
          TRY_CAST(REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    CASE
                      WHEN JSON_TYPE("last_purchase_json") = 'VARCHAR'
                      THEN NULLIF(JSON_EXTRACT_STRING("last_purchase_json", '$'), '')
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
          ) AS TIMESTAMPTZ)
        )
      END
    END AS "last_purchase",
    COALESCE(NULLIF("push", ''), 'subscribed') AS "push",
    COALESCE(NULLIF("email", ''), 'subscribed') AS "email",
    CASE
      WHEN JSON_TYPE("last_used_app") = 'ARRAY'
      THEN LIST_MAX(
        LIST_TRANSFORM(
          JSON_EXTRACT("last_used_app", '$[*].last_used'),
          LAMBDA app : CASE
            WHEN REGEXP_FULL_MATCH(
              CASE
                WHEN JSON_TYPE(app) = 'VARCHAR'
                THEN NULLIF(JSON_EXTRACT_STRING(app, '$'), '')
              END,
              '([12][0-9]{3}|3000)-[0-1][0-9]-[0-3][0-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z'
            )
            THEN EPOCH_US(
              TRY_CAST(CASE
                WHEN JSON_TYPE(app) = 'VARCHAR'
                THEN NULLIF(JSON_EXTRACT_STRING(app, '$'), '')
              END AS TIMESTAMP)
            )
            ELSE CASE
              WHEN REGEXP_FULL_MATCH(
                CASE
                  WHEN JSON_TYPE(app) = 'VARCHAR'
                  THEN NULLIF(JSON_EXTRACT_STRING(app, '$'), '')
                END,
                '((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?'
              )
              THEN EPOCH_US(
                TRY_CAST(REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    REGEXP_REPLACE(
                      REGEXP_REPLACE(
                        REGEXP_REPLACE(
                          CASE
                            WHEN JSON_TYPE(app) = 'VARCHAR'
                            THEN NULLIF(JSON_EXTRACT_STRING(app, '$'), '')
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
                ) AS TIMESTAMPTZ)
              )
            END
          END
        )
      )
    END AS "last_used_app",
    CASE
      WHEN NOT CASE
        WHEN JSON_TYPE("Net____worth__json") = 'VARCHAR'
        THEN NULLIF(JSON_EXTRACT_STRING("Net____worth__json", '$'), '')
      END IS NULL
      OR JSON_TYPE("Net____worth__json") = 'BOOLEAN'
      OR NOT CASE
        WHEN JSON_TYPE("Net____worth__json") IN ('BIGINT', 'UBIGINT', 'DOUBLE')
        AND ABS(TRY_CAST("Net____worth__json" AS DOUBLE)) <= 1.7976931348623157E308
        THEN TRY_CAST("Net____worth__json" AS DOUBLE)
      END IS NULL
      OR NOT CASE
        WHEN JSON_TYPE("Net____worth__json") = 'ARRAY'
        THEN CASE
          WHEN JSON_ARRAY_LENGTH("Net____worth__json") > 0
          THEN LIST_TRANSFORM(
            LIST_FILTER(CAST("Net____worth__json" AS JSON[]), LAMBDA item : JSON_TYPE(item) = 'VARCHAR'),
            LAMBDA item : JSON_EXTRACT_STRING(item, '$')
          )
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
  "eye_color" = $p1
  AND COALESCE(LIST_CONTAINS($p2, "plan_string"), LIST_HAS_ANY("plan_array", $p3))
  AND COALESCE(
    LIST_CONTAINS($p4, "favorite_foods_string"),
    LIST_HAS_ANY("favorite_foods_array", $p5)
  )
  AND (
    "age" > $p6 OR "age" IS NULL
  )
  AND "vip" = TRUE
  AND NOT REGEXP_MATCHES("nickname", $p7)
  AND "signed_up" < $p8
  AND "last_purchase" < $now - $p9 * 86400000000
  AND "push" = $p10
  AND "email" <> $p11
  AND "last_used_app" >= $p12
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
