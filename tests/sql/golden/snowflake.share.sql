WITH taken AS (
  SELECT
    "EXTERNAL_USER_ID" AS "id",
    GET("CUSTOM_ATTRIBUTES", 'eye_color') AS "eye_color_json",
    GET("CUSTOM_ATTRIBUTES", 'age') AS "age_json",
    GET("CUSTOM_ATTRIBUTES", 'favorite_foods') AS "favorite_foods_json",
    GET("CUSTOM_ATTRIBUTES", 'vip') AS "vip_json"
  FROM "USER_LATEST_STATE_CUSTOM_ATTRIBUTE_VIEW_SHARED"
), users AS (
  SELECT
    "id",
    CASE
      WHEN TYPEOF("eye_color_json") = 'VARCHAR'
      THEN NULLIF(AS_VARCHAR("eye_color_json"), '')
    END AS "eye_color",
    CASE
      WHEN TYPEOF("age_json") IN ('INTEGER', 'DECIMAL', 'DOUBLE')
      AND ABS(TO_DOUBLE("age_json")) <= 1.7976931348623157E308
      THEN TO_DOUBLE("age_json")
    END AS "age",
    CASE
      WHEN ARRAY_SIZE(AS_ARRAY("favorite_foods_json")) > 0
      THEN AS_ARRAY("favorite_foods_json")
    END AS "favorite_foods",
    AS_BOOLEAN("vip_json") AS "vip"
  FROM taken
)
SELECT
  "id"
FROM users
WHERE
  "eye_color" = %(p1)s
  AND "age" > CAST(%(p2)s AS DOUBLE)
  AND ARRAYS_OVERLAP("favorite_foods", ARRAY_CONSTRUCT(%(p3)s))
  AND COALESCE("vip" <> TRUE, TRUE)
-- p1 = 'blue'
-- p2 = 21.0
-- p3 = 'pizza'
