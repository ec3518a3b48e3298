#include "aws/timestream_write/fast_write.h"

#include "aws/timestream_write/write_answers.h"

namespace levada::aws::timestream_write_api {
namespace {

class FastWrite final : public FastCall {
 public:
  FastWrite(Doors& doors, WriteMemories& memories, std::unique_ptr<WriteMemory> memory)
      : doors_(doors), memories_(memories), memory_(std::move(memory)) {}
  ~FastWrite() override { memories_.give_back(std::move(memory_)); }

  bool holds() const override { return memory_->scanned.holds; }

  std::string resource(const Caller& caller) const override {
    const ScannedWrite& write = memory_->scanned;
    const timestream::DatabaseKey key{caller.account, caller.region, std::string(*write.database)};
    return timestream::arn_of(key, std::string(*write.table));
  }

  Task<Unit> run(const Caller& caller, http::Response& response) override {
    const ScannedWrite& write = memory_->scanned;
    const timestream::RecordInput none;
    timestream::ReadRecords records =
        co_await timestream::read_records(write.common ? *write.common : none, write.records);
    const timestream::Caller who{caller.account, caller.region};
    const auto there = [&] {
      return doors_.service.write(who, std::string(*write.database), std::string(*write.table),
                                  std::move(records));
    };
    const timestream::WriteAnswer answer = co_await doors_.service.at_home(doors_.here, there);
    OutputWriter writer(Coding::json, response.body);
    write_answer(writer, response, answer);
    writer.finish();
    co_return Unit{};
  }

 private:
  Doors& doors_;
  WriteMemories& memories_;
  std::unique_ptr<WriteMemory> memory_;
};

}  // namespace

std::unique_ptr<FastCall> read_fast_write(const Operation& operation, ByteView body, Doors& doors,
                                          WriteMemories& memories) {
  if (operation.name != "WriteRecords") return nullptr;
  std::unique_ptr<WriteMemory> memory = memories.take(body.size());
  const MutableByteView room(memory->room.get(), memory->room_size);
  if (!scan_write_records(as_text(body), room, memory->scanned)) {
    memories.give_back(std::move(memory));
    return nullptr;
  }
  return std::make_unique<FastWrite>(doors, memories, std::move(memory));
}

}  // namespace levada::aws::timestream_write_api
