#include "cli/stream_export.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "cli/exit_code.h"
#include "cli/stream_progress.h"

namespace levada::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, CloseFile>;

unexpected<Error> system_failure(const std::string& path) {
  return fail_as(ExitCode::general, path + ": " + std::strerror(errno));
}

Result<Unit> write(std::FILE* file, const std::string& path, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), file) != text.size()) return system_failure(path);
  return Unit{};
}

// The sequence number behind which to go on; a torn last line is cut off.
Result<std::string> resume(const std::string& path, const ExportHeader& header) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::string();
  LineReader lines = TRY(LineReader::open(path));
  const auto first = TRY(lines.next());
  if (!first) {
    std::filesystem::resize_file(path, 0, error);
    return std::string();
  }
  const ExportHeader found = TRY(ExportHeader::read(*first));
  if (found.stream_arn != header.stream_arn || found.shard != header.shard)
    return fail_as(ExitCode::general, path + ": is of " + found.stream_arn + " " + found.shard);
  std::string last, line;
  for (;;) {
    const auto next = TRY(lines.next());
    if (!next) break;
    line = *next;
  }
  if (!line.empty()) last = TRY(ExportRecord::read(line)).sequence_number;
  std::filesystem::resize_file(path, lines.position(), error);
  if (error) return fail_as(ExitCode::general, path + ": " + error.message());
  return last;
}

ExportRecord to_record(const Document& record, const ShardOfStream& shard) {
  ExportRecord out{.sequence_number = text_of(record, "SequenceNumber"),
                   .arrival = text_of(record, "ApproximateArrivalTimestamp"),
                   .partition_key = text_of(record, "PartitionKey"),
                   .keyless = record.find("PartitionKey") == nullptr,
                   .explicit_hash_key = {},
                   .data = text_of(record, "Data")};
  out.explicit_hash_key =
      key_to_reach(out.partition_key, shard.first_hash_key, shard.last_hash_key);
  return out;
}

Result<Unit> export_shard(StreamService& service, const std::string& path,
                          const ExportHeader& header, const ShardOfStream& shard) {
  const std::string behind = TRY(resume(path, header));
  std::error_code error;
  const bool begun =
      std::filesystem::exists(path, error) && std::filesystem::file_size(path, error) > 0;
  const File file(std::fopen(path.c_str(), "ae"));
  if (file == nullptr) return system_failure(path);
  if (!begun) TRY(write(file.get(), path, header.line()));
  StreamProgress bar(header.shard);
  std::string iterator = TRY(service.iterator(shard.id, behind));
  std::uint64_t records = 0, bytes = 0;
  double behind_first = 0;
  while (!iterator.empty()) {
    const PageOfRecords page = TRY(service.records(iterator));
    for (const Document& record : page.records) {
      const std::string line = to_record(record, shard).line();
      TRY(write(file.get(), path, line));
      ++records;
      bytes += line.size();
    }
    if (std::fflush(file.get()) != 0) return system_failure(path);
    behind_first = std::max(behind_first, static_cast<double>(page.behind_millis));
    const bool tip = page.behind_millis == 0;
    const double left = static_cast<double>(page.behind_millis);
    bar.show(behind_first == 0 ? 1 : 1 - left / behind_first, records, bytes);
    if (tip) break;
    iterator = page.next_iterator;
  }
  return Unit{};
}

}  // namespace

Result<Unit> export_stream(StreamService& service, const std::string& directory,
                           const std::vector<std::string>& only) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error) return fail_as(ExitCode::general, directory + ": " + error.message());
  const std::string arn = TRY(service.stream_arn());
  const std::vector<ShardOfStream> shards = TRY(service.shards());
  for (const std::string& name : only)
    if (std::ranges::find(shards, name, &ShardOfStream::id) == shards.end())
      return fail_as(ExitCode::general, "there is no shard " + name + " in " + service.stream());
  for (const ShardOfStream& shard : shards) {
    if (!only.empty() && std::ranges::find(only, shard.id) == only.end()) continue;
    const ExportHeader header{arn, shard.id, shard.first_hash_key, shard.last_hash_key};
    TRY(export_shard(service, directory + "/" + shard.id + ".jsonl", header, shard));
  }
  return Unit{};
}

}  // namespace levada::cli
