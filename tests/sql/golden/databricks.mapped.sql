WITH taken AS (
  SELECT
    `EXTERNAL_USER_ID` AS `id`,
    `EYE_COLOR` AS `eye_color`,
    TRY_ELEMENT_AT(
      TRY_CAST(TRY_ELEMENT_AT(TRY_CAST(`PROPERTIES` AS MAP<STRING, VARIANT>), 'account') AS MAP<STRING, VARIANT>),
      'a plan'
    ) AS `plan_json`,
    `FOODS` AS `favorite_foods`,
    `AGE` AS `age`,
    `Is VIP` AS `vip`,
    TRY_ELEMENT_AT(TRY_CAST(PARSE_JSON(`RAW`) AS MAP<STRING, VARIANT>), 'nick') AS `nickname_json`,
    `SIGNED_UP` AS `signed_up`,
    `LAST_PURCHASE` AS `last_purchase`,
    `PUSH_STATE` AS `push`,
    `EMAIL_STATE` AS `email`,
    `LAST_SEEN` AS `last_used_app`,
    TRY_ELEMENT_AT(TRY_CAST(`PROPERTIES` AS MAP<STRING, VARIANT>), 'Net % "worth"') AS `Net____worth__json`
  FROM `analytics`.`users`
), users_of_audience AS (
  SELECT
    `id`,
    NULLIF(`eye_color`, '') AS `eye_color`,
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
    CASE WHEN SIZE(`favorite_foods`) > 0 THEN `favorite_foods` END AS `favorite_foods_array`,
    CASE
      WHEN ABS(CAST(`age` AS DOUBLE)) <= 1.7976931348623157E308
      THEN CAST(`age` AS DOUBLE)
    END AS `age`,
    `vip` AS `vip`,
    CASE
      WHEN REGEXP_EXTRACT(SCHEMA_OF_VARIANT(`nickname_json`), '^[A-Z]+', 0) = 'STRING'
      THEN NULLIF(TRY_CAST(`nickname_json` AS STRING), '')
    END AS `nickname`,
    UNIX_MICROS(`signed_up`) AS `signed_up`,
    CASE
      WHEN REGEXP_LIKE(
        `last_purchase`,
        '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)(?![^x]|x)'
      )
      THEN UNIX_MICROS(
        TRY_CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(`last_purchase`, '^(.{10})$', '$1T00:00:00'),
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
    UNIX_MICROS(`last_used_app`) AS `last_used_app`,
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
FROM users_of_audience
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
  AND EXISTS(`favorite_foods_array`, item -> COALESCE(ARRAY_CONTAINS(:p4, item), FALSE))
  AND (
    `age` > :p5 OR `age` IS NULL
  )
  AND `vip` = TRUE
  AND NOT (
    REGEXP_LIKE(`nickname`, :p6)
  )
  AND `signed_up` < :p7
  AND `last_purchase` < :now - :p8 * 86400000000
  AND `push` = :p9
  AND `email` <> :p10
  AND `last_used_app` >= :p11
  AND NOT `Net____worth_` IS NULL
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
