#pragma once
// CheckpointFile: a checkpoint that is written piece by piece beside the last one, and takes its
// place when it is whole and durable. Nobody has to hold all of it in memory.

#include <cstdint>
#include <memory>
#include <string>

#include "base/bytes.h"
#include "base/task.h"
#include "io/disk.h"
#include "log/journals.h"

namespace levada::state {

class CheckpointFile {
 public:
  CheckpointFile(io::Disk& disk, std::string path) : disk_(disk), path_(std::move(path)) {}

  // One after the other: begin, append as often as wanted, finish or abandon.
  Task<Unit> begin();
  Task<Unit> append(ByteView content);  // stays where it is until it is written
  // `covers`: the log's position that the content ends before. An error leaves the old one.
  Task<Unit> finish(log::Position covers);
  Task<Unit> abandon();

  std::uint64_t size() const { return size_; }  // of the content so far

 private:
  Task<Unit> put_in_place(log::Position covers);
  std::string temporary() const { return path_ + ".new"; }

  io::Disk& disk_;
  std::string path_;
  std::unique_ptr<io::File> file_;
  std::uint64_t size_ = 0;
  std::uint32_t checksum_ = 0;
};

struct Checkpoint {
  log::Position covers;
  ByteView content;
};

// What such a file holds. Errors: corrupt, unsupported.
Result<Checkpoint> read_checkpoint(ByteView file, const std::string& path);

}  // namespace levada::state
