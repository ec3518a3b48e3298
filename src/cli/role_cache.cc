#include "cli/role_cache.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <chrono>
#include <filesystem>

#include "cli/document.h"
#include "cli/file.h"
#include "cli/json_text.h"
#include "cli/text.h"
#include "cli/timestamp.h"
#include "wire/hex.h"

namespace levada::cli {

namespace {

constexpr std::int64_t expiry_window_seconds = 15 * 60;

// The hash of the request's parameters, members in the order of their names.
std::string key_of(const RoleSession& role) {
  Document arguments = Document::of_object({});
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) arguments.set(name, Document::of_string(value));
  };
  std::int64_t seconds = 0;
  const char* const end = role.duration_seconds.data() + role.duration_seconds.size();
  if (!role.duration_seconds.empty() &&
      std::from_chars(role.duration_seconds.data(), end, seconds).ptr == end)
    arguments.set("DurationSeconds", Document::of_integer(seconds));
  add("ExternalId", role.external_id);
  add("RoleArn", role.arn);
  if (!role.has_generated_name) add("RoleSessionName", role.name);
  add("SerialNumber", role.mfa_serial);
  const std::string text = json_line(arguments);
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return wire::hex_string(std::as_bytes(std::span(digest)));
}

bool is_about_to_expire(const std::string& expiration) {
  std::string text = expiration;
  if (text.ends_with("UTC")) text.replace(text.size() - 3, 3, "Z");
  const std::optional<Timestamp> time = read_timestamp(Document::of_string(text));
  const auto now = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::system_clock::now().time_since_epoch());
  return !time || time->seconds - now.count() < expiry_window_seconds;
}

}  // namespace

RoleCache::RoleCache(const RoleSession& role)
    : path_(expand_path("~/.aws/cli/cache/") + key_of(role) + ".json") {}

std::optional<Credentials> RoleCache::load() const {
  const Result<std::string> text = read_file(path_);
  if (!text) return std::nullopt;
  const Result<Document> document = read_json(*text);
  if (!document) return std::nullopt;
  const Document* const kept = document->find("Credentials");
  if (kept == nullptr) return std::nullopt;
  const auto member = [&](std::string_view name) {
    const Document* const value = kept->find(name);
    return value != nullptr && value->is_string() ? value->string() : "";
  };
  Credentials found{.access_key = member("AccessKeyId"),
                    .secret_key = member("SecretAccessKey"),
                    .session_token = member("SessionToken"),
                    .expiration = member("Expiration")};
  if (found.access_key.empty() || found.secret_key.empty() || is_about_to_expire(found.expiration))
    return std::nullopt;
  return found;
}

void RoleCache::store(const Credentials& credentials) const {
  if (credentials.expiration.empty()) return;
  std::string expiration = credentials.expiration;
  if (expiration.ends_with('Z')) expiration.replace(expiration.size() - 1, 1, "UTC");
  Document kept = Document::of_object({});
  kept.set("AccessKeyId", Document::of_string(credentials.access_key));
  kept.set("SecretAccessKey", Document::of_string(credentials.secret_key));
  kept.set("SessionToken", Document::of_string(credentials.session_token));
  kept.set("Expiration", Document::of_string(expiration));
  Document document = Document::of_object({});
  document.set("Credentials", std::move(kept));
  const std::string text = json_line(document);

  // Beside the file and then in its place: another command may read at this moment.
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
  const std::string draft = path_ + '.' + std::to_string(::getpid());
  const int descriptor = ::open(draft.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (descriptor < 0) return;
  const bool is_whole =
      ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(descriptor);
  if (is_whole) {
    std::filesystem::rename(draft, path_, error);
  } else {
    std::filesystem::remove(draft, error);
  }
}

}  // namespace levada::cli
