#include "server/data_layout.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "io/real/reactors.h"

namespace levada::server {
namespace {

TEST(DataLayout, what_was_decided_first_stays) {
  const std::string directory = testing::TempDir() + "levada_layout_test";
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  const auto reactors = io::Reactors::start({.count = 1}).value();
  const io::ReactorIndex only(0);
  const auto open = [&](std::uint32_t journals) {
    return reactors
        ->run(only, [&] { return open_layout(reactors->disk(only), directory, journals); })
        .value()
        .journals;
  };
  EXPECT_EQ(open(3), 3u);
  EXPECT_EQ(open(8), 3u);
  std::filesystem::remove_all(directory);
}

TEST(DataLayout, text_is_read_as_it_is_written_and_nothing_else) {
  EXPECT_EQ(layout_text({.journals = 16}), "levada 1\njournals 16\n");
  EXPECT_EQ(parse_layout("levada 1\njournals 16\n").value().journals, 16u);
  for (const std::string_view text :
       {"", "levada 1\n", "levada 1\njournals 0\n", "levada 1\njournals 65\n",
        "levada 1\njournals 2\nmore\n", "journals 2\n", "levada 1\njournals 2"})
    EXPECT_EQ(parse_layout(text).error().kind, ErrorKind::corrupt) << text;
  EXPECT_EQ(parse_layout("levada 2\njournals 2\n").error().kind, ErrorKind::unsupported);
}

}  // namespace
}  // namespace levada::server
