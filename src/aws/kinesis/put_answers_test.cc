#include "aws/kinesis/put_answers.h"

#include <gtest/gtest.h>

#include "aws/kinesis/fake_planes.h"
#include "kinesis/sequence_number.h"

namespace levada::aws::kinesis_api {
namespace {

std::string by_tables(const kinesis::PutRecordsAnswer& answer) {
  Buffer out;
  OutputWriter writer(Coding::json, out);
  write_put_answer(writer, answer, {});
  writer.finish();
  return std::string(as_text(out));
}

std::string in_one_go(const kinesis::PutRecordsAnswer& answer) {
  Buffer out;
  write_put_answer_json(out, answer, {});
  return std::string(as_text(out));
}

// Records spread over shards as they come, positions rising by `step` in each.
kinesis::PutRecordsAnswer answer_of(std::uint32_t shards, std::size_t records, std::uint64_t step) {
  kinesis::PutRecordsAnswer answer;
  answer.stream = example_stream();
  std::vector<std::uint64_t> next(shards, 0x7'ffff'fff0);  // its decimal digits carry soon
  for (std::size_t i = 0; i < records; ++i) {
    const auto place = static_cast<std::uint32_t>(i * i % shards);
    catalog::Shard shard;
    shard.index = catalog::ShardIndex(place);
    shard.created = UnixMillis(1'700'000'000'000);
    const kinesis::SequenceNumbers numbers(shard, UnixMillis(1'700'000'123'000));
    kinesis::PutOutcome outcome;
    outcome.sequence = numbers.at(log::Position(next[place]));
    outcome.shard = shard.index;
    answer.outcomes.push_back(outcome);
    next[place] += step;
  }
  return answer;
}

TEST(PutAnswers, are_the_same_bytes_by_addition_and_by_conversion) {
  for (const std::uint32_t shards : {1u, 4u, 31u, 32u, 33u, 1000u})
    for (const std::uint64_t step : {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{1} << 20}) {
      const kinesis::PutRecordsAnswer answer = answer_of(shards, 500, step);
      EXPECT_EQ(in_one_go(answer), by_tables(answer)) << shards << " shards, step " << step;
    }
}

}  // namespace
}  // namespace levada::aws::kinesis_api
