WITH taken AS (
  SELECT
    `external_id` AS `id`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'eye_color') AS `eye_color_json`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'plan') AS `plan_json`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'favorite_foods') AS `favorite_foods_json`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'age') AS `age_json`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'vip') AS `vip_json`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'nickname') AS `nickname_json`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'signed_up') AS `signed_up_json`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'last_purchase') AS `last_purchase_json`,
    `push_subscribe` AS `push`,
    `email_subscribe` AS `email`,
    `apps` AS `last_used_app`,
    TRY_ELEMENT_AT(TRY_CAST(`custom_attributes` AS MAP<STRING, VARIANT>), 'Net % "worth"') AS `Net____worth__json`
  FROM `profiles`
), users AS (
  SELECT
    `id`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`eye_color_json`), '^[A-Z]+', 0) = 'STRING'
      THEN NULLIF(TRY_CAST(`eye_color_json` AS STRING), '')
    END AS `eye_color`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`plan_json`), '^[A-Z]+', 0) = 'STRING'
      THEN NULLIF(TRY_CAST(`plan_json` AS STRING), '')
    END AS `plan_string`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`plan_json`), '^[A-Z]+', 0) = 'ARRAY'
      THEN CASE
        WHEN SIZE(TRY_CAST(`plan_json` AS ARRAY<VARIANT>)) > 0
        THEN TRY_CAST(`plan_json` AS ARRAY<VARIANT>)
      END
    END AS `plan_array`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`favorite_foods_json`), '^[A-Z]+', 0) = 'STRING'
      THEN NULLIF(TRY_CAST(`favorite_foods_json` AS STRING), '')
    END AS `favorite_foods_string`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`favorite_foods_json`), '^[A-Z]+', 0) = 'ARRAY'
      THEN CASE
        WHEN SIZE(TRY_CAST(`favorite_foods_json` AS ARRAY<VARIANT>)) > 0
        THEN TRY_CAST(`favorite_foods_json` AS ARRAY<VARIANT>)
      END
    END AS `favorite_foods_array`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`age_json`), '^[A-Z]+', 0) IN ('BIGINT', 'DECIMAL', 'DOUBLE', 'FLOAT')
      AND ABS(TRY_CAST(`age_json` AS DOUBLE)) <= 1.7976931348623157E308
      THEN TRY_CAST(`age_json` AS DOUBLE)
    END AS `age`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`vip_json`), '^[A-Z]+', 0) = 'BOOLEAN'
      THEN TRY_CAST(`vip_json` AS BOOLEAN)
    END AS `vip`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`nickname_json`), '^[A-Z]+', 0) = 'STRING'
      THEN NULLIF(TRY_CAST(`nickname_json` AS STRING), '')
    END AS `nickname`,
    CASE
      WHEN REGEXP_LIKE(
        CASE
          WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`signed_up_json`), '^[A-Z]+', 0) = 'STRING'
          THEN NULLIF(TRY_CAST(`signed_up_json` AS STRING), '')
        END,
        '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)(?![^x]|x)'
      )
      THEN UNIX_MICROS(
        TRY_CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  CASE
                    WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`signed_up_json`), '^[A-Z]+', 0) = 'STRING'
                    THEN NULLIF(TRY_CAST(`signed_up_json` AS STRING), '')
                  END,
                  '^(.{10})$',
                  '$1T00:00:00'
                ),
                '^(.{16})(Z|UTC| |[+-]|$)',
                '$1:00$2'
              ),
              '^(.{19})[.:]([0-9]{1,6})[0-9]*',
              '$1.$2'
            ),
            '^(.{19}[.0-9]*)( ?(Z|UTC))?$',
            '$1+00:00'
          ),
          ' ?([+-][0-9]{2}):?([0-9]{2})$',
          '$1:$2'
        ) AS TIMESTAMP_LTZ)
      )
    END AS `signed_up`,
    CASE
      WHEN REGEXP_LIKE(
        CASE
          WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`last_purchase_json`), '^[A-Z]+', 0) = 'STRING'
          THEN NULLIF(TRY_CAST(`last_purchase_json` AS STRING), '')
        END,
        '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)(?![^x]|x)'
      )
      THEN UNIX_MICROS(
        TRY_CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  CASE
                    WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`last_purchase_json`), '^[A-Z]+', 0) = 'STRING'
                    THEN NULLIF(TRY_CAST(`last_purchase_json` AS STRING), '')
                  END,
                  '^(.{10})$',
                  '$1T00:00:00'
                ),
                '^(.{16})(Z|UTC| |[+-]|$)',
                '$1:00$2'
              ),
              '^(.{19})[.:]([0-9]{1,6})[0-9]*',
              '$1.$2'
            ),
            '^(.{19}[.0-9]*)( ?(Z|UTC))?$',
            '$1+00:00'
          ),
          ' ?([+-][0-9]{2}):?([0-9]{2})$',
          '$1:$2'
        ) AS TIMESTAMP_LTZ)
      )
    END AS `last_purchase`,
    COALESCE(NULLIF(`push`, ''), 'subscribed') AS `push`,
    COALESCE(NULLIF(`email`, ''), 'subscribed') AS `email`,
    ARRAY_MAX(
      TRANSFORM(
        TRY_CAST(`last_used_app` AS ARRAY<VARIANT>),
        app -> CASE
          WHEN REGEXP_LIKE(
            CASE
              WHEN REGEXP_EXTRACT(
                SCHEMA_OF_VARIANT(TRY_ELEMENT_AT(TRY_CAST(app AS MAP<STRING, VARIANT>), 'last_used')),
                '^[A-Z]+',
                0
              ) = 'STRING'
              THEN NULLIF(
                TRY_CAST(TRY_ELEMENT_AT(TRY_CAST(app AS MAP<STRING, VARIANT>), 'last_used') AS STRING),
                ''
              )
            END,
            '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)(?![^x]|x)'
          )
          THEN UNIX_MICROS(
            TRY_CAST(REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    REGEXP_REPLACE(
                      CASE
                        WHEN REGEXP_EXTRACT(
                          SCHEMA_OF_VARIANT(TRY_ELEMENT_AT(TRY_CAST(app AS MAP<STRING, VARIANT>), 'last_used')),
                          '^[A-Z]+',
                          0
                        ) = 'STRING'
                        THEN NULLIF(
                          TRY_CAST(TRY_ELEMENT_AT(TRY_CAST(app AS MAP<STRING, VARIANT>), 'last_used') AS STRING),
                          ''
                        )
                      END,
                      '^(.{10})$',
                      '$1T00:00:00'
                    ),
                    '^(.{16})(Z|UTC| |[+-]|$)',
                    '$1:00$2'
                  ),
                  '^(.{19})[.:]([0-9]{1,6})[0-9]*',
                  '$1.$2'
                ),
                '^(.{19}[.0-9]*)( ?(Z|UTC))?$',
                '$1+00:00'
              ),
              ' ?([+-][0-9]{2}):?([0-9]{2})$',
              '$1:$2'
            ) AS TIMESTAMP_LTZ)
          )
        END
      )
    ) AS `last_used_app`,
    CASE
      WHEN NOT CASE
        WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`Net____worth__json`), '^[A-Z]+', 0) = 'STRING'
        THEN NULLIF(TRY_CAST(`Net____worth__json` AS STRING), '')
      END IS NULL
      OR REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`Net____worth__json`), '^[A-Z]+', 0) = 'BOOLEAN'
      OR NOT CASE
        WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`Net____worth__json`), '^[A-Z]+', 0) IN ('BIGINT', 'DECIMAL', 'DOUBLE', 'FLOAT')
        AND ABS(TRY_CAST(`Net____worth__json` AS DOUBLE)) <= 1.7976931348623157E308
        THEN TRY_CAST(`Net____worth__json` AS DOUBLE)
      END IS NULL
      OR NOT CASE
        WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`Net____worth__json`), '^[A-Z]+', 0) = 'ARRAY'
        THEN CASE
          WHEN SIZE(TRY_CAST(`Net____worth__json` AS ARRAY<VARIANT>)) > 0
          THEN TRY_CAST(`Net____worth__json` AS ARRAY<VARIANT>)
        END
      END IS NULL
      THEN TRUE
    END AS `Net____worth_`
  FROM taken
)
SELECT
  `id`
FROM users
WHERE
  `eye_color` = :p1
  AND COALESCE(
    ARRAY_CONTAINS(:p2, `plan_string`),
    EXISTS(
      `plan_array`,
      item -> COALESCE(
        ARRAY_CONTAINS(
          :p3,
          CASE
            WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(item), '^[A-Z]+', 0) = 'STRING'
            THEN NULLIF(TRY_CAST(item AS STRING), '')
          END
        ),
        FALSE
      )
    )
  )
  AND COALESCE(
    ARRAY_CONTAINS(:p4, `favorite_foods_string`),
    EXISTS(
      `favorite_foods_array`,
      item -> COALESCE(
        ARRAY_CONTAINS(
          :p5,
          CASE
            WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(item), '^[A-Z]+', 0) = 'STRING'
            THEN NULLIF(TRY_CAST(item AS STRING), '')
          END
        ),
        FALSE
      )
    )
  )
  AND (
    `age` > :p6 OR `age` IS NULL
  )
  AND `vip` = TRUE
  AND NOT (
    REGEXP_LIKE(`nickname`, :p7)
  )
  AND `signed_up` < :p8
  AND `last_purchase` < :now - :p9 * 86400000000
  AND `push` = :p10
  AND `email` <> :p11
  AND `last_used_app` >= :p12
  AND NOT `Net____worth_` IS NULL
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
