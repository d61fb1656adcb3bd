WITH taken AS (
  SELECT
    `external_id` AS `id`,
    `custom_attributes`['eye_color'] AS `eye_color_json`,
    `custom_attributes`['plan'] AS `plan_json`,
    `custom_attributes`['favorite_foods'] AS `favorite_foods_json`,
    `custom_attributes`['age'] AS `age_json`,
    `custom_attributes`['vip'] AS `vip_json`,
    `custom_attributes`['nickname'] AS `nickname_json`,
    `custom_attributes`['signed_up'] AS `signed_up_json`,
    `custom_attributes`['last_purchase'] AS `last_purchase_json`,
    `push_subscribe` AS `push`,
    `email_subscribe` AS `email`,
    `apps` AS `last_used_app`,
    `custom_attributes`['Net % "worth"'] AS `Net____worth__json`
  FROM `profiles`
), users AS (
  SELECT
    `id`,
    CASE
      WHEN JSON_TYPE(`eye_color_json`) = 'string'
      THEN NULLIF(LAX_STRING(`eye_color_json`), '')
    END AS `eye_color`,
    CASE
      WHEN JSON_TYPE(`plan_json`) = 'string'
      THEN NULLIF(LAX_STRING(`plan_json`), '')
    END AS `plan_string`,
    CASE
      WHEN JSON_TYPE(`plan_json`) = 'array'
      THEN CASE WHEN ARRAY_LENGTH(JSON_QUERY_ARRAY(`plan_json`)) > 0 THEN `plan_json` END
    END AS `plan_array`,
    CASE
      WHEN JSON_TYPE(`favorite_foods_json`) = 'string'
      THEN NULLIF(LAX_STRING(`favorite_foods_json`), '')
    END AS `favorite_foods_string`,
    CASE
      WHEN JSON_TYPE(`favorite_foods_json`) = 'array'
      THEN CASE
        WHEN ARRAY_LENGTH(JSON_QUERY_ARRAY(`favorite_foods_json`)) > 0
        THEN `favorite_foods_json`
      END
    END AS `favorite_foods_array`,
    CASE
      WHEN JSON_TYPE(`age_json`) = 'number'
      AND ABS(LAX_FLOAT64(`age_json`)) <= 1.7976931348623157E308
      THEN LAX_FLOAT64(`age_json`)
    END AS `age`,
    CASE WHEN JSON_TYPE(`vip_json`) = 'boolean' THEN LAX_BOOL(`vip_json`) END AS `vip`,
    CASE
      WHEN JSON_TYPE(`nickname_json`) = 'string'
      THEN NULLIF(LAX_STRING(`nickname_json`), '')
    END AS `nickname`,
    CASE
      WHEN REGEXP_CONTAINS(
        CASE
          WHEN JSON_TYPE(`signed_up_json`) = 'string'
          THEN NULLIF(LAX_STRING(`signed_up_json`), '')
        END,
        '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
      )
      THEN UNIX_MICROS(
        SAFE_CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  CASE
                    WHEN JSON_TYPE(`signed_up_json`) = 'string'
                    THEN NULLIF(LAX_STRING(`signed_up_json`), '')
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
        ) AS TIMESTAMP)
      )
    END AS `signed_up`,
    CASE
      WHEN REGEXP_CONTAINS(
        CASE
          WHEN JSON_TYPE(`last_purchase_json`) = 'string'
          THEN NULLIF(LAX_STRING(`last_purchase_json`), '')
        END,
        '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
      )
      THEN UNIX_MICROS(
        SAFE_CAST(REGEXP_REPLACE(
          REGEXP_REPLACE(
            REGEXP_REPLACE(
              REGEXP_REPLACE(
                REGEXP_REPLACE(
                  CASE
                    WHEN JSON_TYPE(`last_purchase_json`) = 'string'
                    THEN NULLIF(LAX_STRING(`last_purchase_json`), '')
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
        ) AS TIMESTAMP)
      )
    END AS `last_purchase`,
    COALESCE(NULLIF(`push`, ''), 'subscribed') AS `push`,
    COALESCE(NULLIF(`email`, ''), 'subscribed') AS `email`,
    (
      SELECT
        MAX(
          CASE
            WHEN REGEXP_CONTAINS(
              CASE
                WHEN JSON_TYPE(app['last_used']) = 'string'
                THEN NULLIF(LAX_STRING(app['last_used']), '')
              END,
              '^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9]{2}|[12][0-9]{3}|3000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-2][0-9](0[48]|[2468][048]|[13579][26])|(04|08|12|16|20|24|28)00)-02-29)([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.:][0-9]{1,9})?)?( ?(Z|UTC|[+-](0[0-9]|1[0-4]):?[0-5][0-9]))?)?)$'
            )
            THEN UNIX_MICROS(
              SAFE_CAST(REGEXP_REPLACE(
                REGEXP_REPLACE(
                  REGEXP_REPLACE(
                    REGEXP_REPLACE(
                      REGEXP_REPLACE(
                        CASE
                          WHEN JSON_TYPE(app['last_used']) = 'string'
                          THEN NULLIF(LAX_STRING(app['last_used']), '')
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
              ) AS TIMESTAMP)
            )
          END
        )
      FROM UNNEST(JSON_QUERY_ARRAY(`last_used_app`)) AS app
    ) AS `last_used_app`,
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
FROM users
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
  AND COALESCE(
    `favorite_foods_string` IN UNNEST(@p4),
    CASE
      WHEN NOT `favorite_foods_array` IS NULL
      THEN EXISTS(
        SELECT
          1
        FROM UNNEST(JSON_QUERY_ARRAY(`favorite_foods_array`)) AS item
        WHERE
          CASE WHEN JSON_TYPE(item) = 'string' THEN NULLIF(LAX_STRING(item), '') END IN UNNEST(@p5)
      )
    END
  )
  AND (
    `age` > @p6 OR `age` IS NULL
  )
  AND `vip` = TRUE
  AND NOT REGEXP_CONTAINS(`nickname`, @p7)
  AND `signed_up` < @p8
  AND `last_purchase` < @now - @p9 * 86400000000
  AND `push` = @p10
  AND `email` <> @p11
  AND `last_used_app` >= @p12
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
