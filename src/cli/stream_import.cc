#include "cli/stream_import.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>
#include <thread>

#include "cli/exit_code.h"
#include "cli/stream_progress.h"

namespace levada::cli {
namespace {

constexpr std::size_t batch_records_max = 500;      // API_PutRecords
constexpr std::size_t import_batch_max = 4u << 20;  // of base64: below every endpoint's 5 MiB
constexpr auto refused_pause = std::chrono::milliseconds(100);
constexpr int refusals_max = 600;  // in a row, of one batch

// The files, parents before children: shard ids grow.
Result<std::vector<std::string>> files_of(const std::vector<std::string>& paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code error;
    if (!std::filesystem::is_directory(path, error)) {
      files.push_back(path);
      continue;
    }
    std::vector<std::string> inside;
    for (const auto& entry : std::filesystem::directory_iterator(path, error))
      if (entry.path().extension() == ".jsonl") inside.push_back(entry.path().string());
    if (inside.empty()) return fail_as(ExitCode::general, path + ": holds no .jsonl file");
    std::ranges::sort(inside);
    files.insert(files.end(), inside.begin(), inside.end());
  }
  return files;
}

std::uint64_t imported_before(const std::string& path) {
  std::ifstream file(path + ".imported");
  std::uint64_t position = 0;
  file >> position;
  return file ? position : 0;
}

Result<Unit> remember(const std::string& path, std::uint64_t position) {
  const std::string target = path + ".imported", fresh = target + ".new";
  {
    std::ofstream file(fresh, std::ios::trunc);
    file << position << '\n';
    if (!file.flush()) return fail_as(ExitCode::general, fresh + ": cannot be written");
  }
  std::error_code error;
  std::filesystem::rename(fresh, target, error);
  if (error) return fail_as(ExitCode::general, target + ": " + error.message());
  return Unit{};
}

// Until every record is taken; those that were refused go again, alone and in their order.
Result<Unit> put_all(StreamService& service, std::vector<ExportRecord> batch) {
  for (int refusals = 0; !batch.empty();) {
    const std::vector<bool> taken = TRY(service.put(batch));
    std::vector<ExportRecord> left;
    for (std::size_t n = 0; n < batch.size(); ++n)
      if (!taken[n]) left.push_back(std::move(batch[n]));
    refusals = left.size() == taken.size() ? refusals + 1 : 0;
    if (refusals > refusals_max)
      return fail_as(ExitCode::general, "the stream refuses every record for a minute");
    if (!left.empty()) std::this_thread::sleep_for(refused_pause);
    batch = std::move(left);
  }
  return Unit{};
}

Result<Unit> import_file(StreamService& service, const std::string& path, bool ordered) {
  {
    LineReader head = TRY(LineReader::open(path));
    const auto first = TRY(head.next());
    if (!first) return Unit{};  // an export that never began
    TRY(ExportHeader::read(*first));
  }
  LineReader lines = TRY(LineReader::open(path, imported_before(path)));
  if (lines.position() == 0) TRY(lines.next());
  StreamProgress bar(std::filesystem::path(path).filename().string());
  std::uint64_t records = 0, bytes = 0;
  std::vector<ExportRecord> batch;
  std::set<std::string> keys;
  std::size_t batch_bytes = 0;
  std::uint64_t end = lines.position();  // of what the batch holds
  const auto flush = [&]() -> Result<Unit> {
    records += batch.size();
    bytes += batch_bytes;
    TRY(put_all(service, std::exchange(batch, {})));
    keys.clear();
    batch_bytes = 0;
    TRY(remember(path, end));
    bar.show(
        static_cast<double>(end) / static_cast<double>(std::max<std::uint64_t>(lines.size(), 1)),
        records, bytes);
    return Unit{};
  };
  for (;;) {
    const auto line = TRY(lines.next());
    if (!line) break;
    ExportRecord record = TRY(ExportRecord::read(*line));
    const bool full = batch.size() == batch_records_max ||
                      (!batch.empty() && batch_bytes + record.data.size() > import_batch_max);
    if (full || (ordered && keys.contains(record.partition_key))) TRY(flush());
    keys.insert(record.partition_key);
    batch_bytes += record.data.size();
    batch.push_back(std::move(record));
    end = lines.position();
  }
  return batch.empty() ? Result<Unit>(Unit{}) : flush();
}

}  // namespace

Result<Unit> import_stream(StreamService& service, const ImportOptions& options) {
  const std::vector<std::string> files = TRY(files_of(options.paths));
  for (const std::string& file : files) TRY(import_file(service, file, options.ordered));
  return Unit{};
}

}  // namespace levada::cli
