WITH taken AS (
  SELECT
    `EXTERNAL_USER_ID` AS `id`,
    `EYE_COLOR` AS `eye_color`,
    `PROPERTIES`['account']['a plan'] AS `plan_json`,
    `FOODS` AS `favorite_foods`,
    `AGE` AS `age`,
    `Is VIP` AS `vip`,
    PARSE_JSON(`RAW`, wide_number_mode => 'round')['nick'] AS `nickname_json`,
    `SIGNED_UP` AS `signed_up`,
    `LAST_PURCHASE` AS `last_purchase`,
    `PUSH_STATE` AS `push`,
    `EMAIL_STATE` AS `email`,
    `LAST_SEEN` AS `last_used_app`,
    `PROPERTIES`['Net % "worth"'] AS `Net____worth__json`
  FROM `analytics`.`users`
), users_of_audience AS (
  SELECT
    `id`,
    NULLIF(`eye_color`, '') AS `eye_color`,
    CASE
      WHEN JSON_TYPE(`plan_json`) = 'string'
      THEN NULLIF(LAX_STRING(`plan_json`), '')
    END AS `plan_string`,
    CASE
      WHEN JSON_TYPE(`plan_json`) = 'array'
      THEN CASE WHEN ARRAY_LENGTH(JSON_QUERY_ARRAY(`plan_json`)) > 0 THEN `plan_json` END
    END AS `plan_array`,
    CASE WHEN ARRAY_LENGTH(`favorite_foods`) > 0 THEN `favorite_foods` END AS `favorite_foods_array`,
    CASE
      WHEN ABS(CAST(`age` AS FLOAT64)) <= 1.7976931348623157E308
      THEN CAST(`age` AS FLOAT64)
    END AS `age`,
    `vip` AS `vip`,
    CASE
      WHEN JSON_TYPE(`nickname_json`) = 'string'
      THEN NULLIF(LAX_STRING(`nickname_json`), '')
    END AS `nickname`,
    UNIX_MICROS(CAST(`signed_up` AS TIMESTAMP)) AS `signed_up`,
    CASE
      WHEN REGEXP_CONTAINS(
        `last_purchase`,
        '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
      )
      THEN UNIX_MICROS(
        SAFE_CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(`last_purchase`, '^(.{10})$', '\\1T00:00:00'),
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
        ) AS TIMESTAMP)
      )
    END AS `last_purchase`,
    COALESCE(NULLIF(`push`, ''), 'subscribed') AS `push`,
    COALESCE(NULLIF(`email`, ''), 'subscribed') AS `email`,
    UNIX_MICROS(CAST(`last_used_app` AS TIMESTAMP)) AS `last_used_app`,
    CASE
      WHEN NOT CASE
        WHEN JSON_TYPE(`Net____worth__json`) = 'string'
        THEN NULLIF(LAX_STRING(`Net____worth__json`), '')
      END IS NULL
      OR JSON_TYPE(`Net____worth__json`) = 'boolean'
      OR NOT CASE
        WHEN JSON_TYPE(`Net____worth__json`) = 'number'
        AND ABS(LAX_FLOAT64(`Net____worth__json`)) <= 1.7976931348623157E308
        THEN LAX_FLOAT64(`Net____worth__json`)
      END IS NULL
      OR NOT CASE
        WHEN JSON_TYPE(`Net____worth__json`) = 'array'
        THEN CASE
          WHEN ARRAY_LENGTH(JSON_QUERY_ARRAY(`Net____worth__json`)) > 0
          THEN `Net____worth__json`
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
  `eye_color` = @p1
  AND COALESCE(
    `plan_string` IN UNNEST(@p2),
    CASE
      WHEN NOT `plan_array` IS NULL
      THEN EXISTS(
        SELECT
          1
        FROM UNNEST(JSON_QUERY_ARRAY(`plan_array`)) AS item
        WHERE
          CASE WHEN JSON_TYPE(item) = 'string' THEN NULLIF(LAX_STRING(item), '') END IN UNNEST(@p3)
      )
    END
  )
  AND CASE
    WHEN NOT `favorite_foods_array` IS NULL
    THEN EXISTS(
      SELECT
        1
      FROM UNNEST(`favorite_foods_array`) AS item
      WHERE
        item IN UNNEST(@p4)
    )
  END
  AND (
    `age` > @p5 OR `age` IS NULL
  )
  AND `vip` = TRUE
  AND NOT REGEXP_CONTAINS(`nickname`, @p6)
  AND `signed_up` < @p7
  AND `last_purchase` < @now - @p8 * 86400000000
  AND `push` = @p9
  AND `email` <> @p10
  AND `last_used_app` >= @p11
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
