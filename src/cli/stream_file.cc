#include "cli/stream_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/exit_code.h"
#include "cli/json_text.h"
#include "wire/md5.h"

namespace levada::cli {
namespace {

constexpr std::string_view format_name = "levada-stream-export";
constexpr std::int64_t format_version = 1;
constexpr std::size_t line_max = 32u << 20;  // a record of 10 MiB in base64, and room

unexpected<Error> broken(const std::string& what) {
  return fail_as(ExitCode::general, "not a file of levada stream export: " + what);
}

std::string text_member(const Document& line, std::string_view name) {
  const Document* member = line.find(name);
  return member != nullptr && member->is_string() ? member->string() : std::string();
}

void add(Document::Object& members, std::string_view name, const std::string& value) {
  members.push_back({std::string(name), Document::of_string(value)});
}

}  // namespace

std::string ExportHeader::line() const {
  Document::Object members;
  add(members, "Format", std::string(format_name));
  members.push_back({"Version", Document::of_integer(format_version)});
  add(members, "StreamARN", stream_arn);
  add(members, "ShardId", shard);
  add(members, "StartingHashKey", first_hash_key);
  add(members, "EndingHashKey", last_hash_key);
  return compact_json(Document::of_object(std::move(members))) + '\n';
}

Result<ExportHeader> ExportHeader::read(std::string_view line) {
  const Result<Document> read = read_json(line);
  if (!read || text_member(*read, "Format") != format_name) return broken("its first line");
  const Document* version = read->find("Version");
  if (version == nullptr || *version != Document::of_integer(format_version))
    return broken("of another version");
  return ExportHeader{text_member(*read, "StreamARN"), text_member(*read, "ShardId"),
                      text_member(*read, "StartingHashKey"), text_member(*read, "EndingHashKey")};
}

std::string ExportRecord::line() const {
  Document::Object members;
  add(members, "SequenceNumber", sequence_number);
  add(members, "ApproximateArrivalTimestamp", arrival);
  if (!keyless) add(members, "PartitionKey", partition_key);
  if (!explicit_hash_key.empty()) add(members, "ExplicitHashKey", explicit_hash_key);
  add(members, "Data", data);
  return compact_json(Document::of_object(std::move(members))) + '\n';
}

Result<ExportRecord> ExportRecord::read(std::string_view line) {
  const Result<Document> read = read_json(line);
  if (!read || read->find("Data") == nullptr) return broken("the line " + std::string(line));
  return ExportRecord{
      text_member(*read, "SequenceNumber"),  text_member(*read, "ApproximateArrivalTimestamp"),
      text_member(*read, "PartitionKey"),    read->find("PartitionKey") == nullptr,
      text_member(*read, "ExplicitHashKey"), text_member(*read, "Data")};
}

std::string key_to_reach(std::string_view partition_key, std::string_view first_hash_key,
                         std::string_view last_hash_key) {
  const auto first = parse_uint128(first_hash_key), last = parse_uint128(last_hash_key);
  if (!first || !last) return {};
  const Uint128 own = wire::as_number(wire::md5(partition_key));
  return *first <= own && own <= *last ? std::string() : std::string(first_hash_key);
}

Result<LineReader> LineReader::open(const std::string& path, std::uint64_t from) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  struct stat about {};
  if (file < 0 || ::fstat(file, &about) != 0 ||
      ::lseek(file, static_cast<off_t>(from), SEEK_SET) < 0) {
    const std::string why = std::strerror(errno);
    if (file >= 0) ::close(file);
    return fail_as(ExitCode::general, path + ": " + why);
  }
  return LineReader(file, from, static_cast<std::uint64_t>(about.st_size));
}

LineReader::LineReader(LineReader&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      position_(other.position_),
      size_(other.size_),
      buffer_(std::move(other.buffer_)),
      at_(other.at_) {}

LineReader::~LineReader() {
  if (file_ >= 0) ::close(file_);
}

Result<std::optional<std::string_view>> LineReader::next() {
  constexpr std::size_t chunk = 1u << 20;
  for (std::size_t searched = at_;;) {
    if (const auto end = buffer_.find('\n', searched); end != std::string::npos) {
      const std::string_view line = std::string_view(buffer_).substr(at_, end - at_);
      position_ += line.size() + 1;
      at_ = end + 1;
      return std::optional(line);
    }
    buffer_.erase(0, std::exchange(at_, 0));
    searched = buffer_.size();
    if (searched > line_max) return broken("a line beyond every record's size");
    buffer_.resize(searched + chunk);
    const ssize_t got = ::read(file_, buffer_.data() + searched, chunk);
    buffer_.resize(searched + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return fail_as(ExitCode::general, std::strerror(errno));
    if (got == 0) return std::optional<std::string_view>();
  }
}

}  // namespace levada::cli
