#include "timestream/object_directory.h"

#include <gtest/gtest.h>

#include "io/sim/sim_world.h"

namespace levada::timestream {
namespace {

TEST(ObjectDirectory, keeps_objects_by_bucket_and_key) {
  io::SimWorld world(3);
  ObjectDirectory objects(world.disk(), "/objects");
  const auto put = [&](std::string key, std::string_view text) {
    const ByteView bytes = as_bytes(text);
    return world.run(objects.put("lake", std::move(key), Buffer(bytes.begin(), bytes.end())));
  };
  EXPECT_TRUE(put("a/b/c.csv", "1"));
  EXPECT_TRUE(put("a/d", "2"));
  EXPECT_TRUE(put("a/d", "22"));
  const Result<Buffer> content = world.run(objects.get("lake", "a/d", 1_KiB));
  ASSERT_TRUE(content);
  EXPECT_EQ(as_text(*content), "22");
  EXPECT_FALSE(world.run(objects.get("lake", "a/e", 1_KiB)));
  EXPECT_FALSE(world.run(objects.get("lake", "a/d", 1_B)));
}

TEST(ObjectDirectory, refuses_names_that_lead_elsewhere) {
  io::SimWorld world(3);
  const ObjectDirectory objects(world.disk(), "/objects");
  const std::vector<std::string> keys = {"../x", "a/../../x", "a//b", "",
                                         "/a",   "a/",        ".",    std::string(300, 'x')};
  for (const std::string& key : keys) EXPECT_FALSE(objects.path_of("lake", key)) << key;
  EXPECT_FALSE(objects.path_of("..", "x"));
  EXPECT_FALSE(objects.path_of("a/b", "x"));
  EXPECT_EQ(objects.path_of("lake", "a/b").value_or(""), "/objects/lake/a/b");
}

TEST(ObjectDirectory, takes_addresses_apart) {
  const Result<ObjectPlace> place = object_place_of("s3://lake/a/b/");
  ASSERT_TRUE(place);
  EXPECT_EQ(place->bucket, "lake");
  EXPECT_EQ(place->key, "a/b");
  EXPECT_EQ(object_place_of("s3://lake")->key, "");
  EXPECT_FALSE(object_place_of("http://lake/a"));
  EXPECT_FALSE(object_place_of("s3://x"));
}

}  // namespace
}  // namespace levada::timestream
