#include "keys/key_text.h"

#include <charconv>
#include <cstdio>

#include "base/crc32c.h"

namespace levada::keys {
namespace {

constexpr std::string_view first_line = "levada-keys 1";
constexpr std::string_view state_names[] = {"enabled", "disabled", "pending-deletion"};
constexpr std::string_view own = "-";  // account and region of the server's own key

std::string checksum(std::string_view text) {
  char hex[9];
  std::snprintf(hex, sizeof hex, "%08x", crc32c(as_bytes(text)));
  return hex;
}

std::string hex_of(const KeyMaterial& material) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : material) {
    text += digits[std::to_integer<unsigned>(byte) >> 4];
    text += digits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

bool read_hex(std::string_view text, KeyMaterial& material) {
  if (text.size() != 2 * material.size()) return false;
  for (std::size_t n = 0; n < material.size(); ++n) {
    unsigned value = 0;
    const char* at = text.data() + 2 * n;
    const auto [end, error] = std::from_chars(at, at + 2, value, 16);
    if (error != std::errc{} || end != at + 2) return false;
    material[n] = static_cast<std::byte>(value);
  }
  return true;
}

// The words of one line, one after the other.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}
  std::string_view word() {
    const std::size_t at = rest_.find(' ');
    const std::string_view word = rest_.substr(0, at);
    rest_ = at == rest_.npos ? std::string_view{} : rest_.substr(at + 1);
    good_ = good_ && !word.empty();
    return word;
  }
  template <class N>
  N number() {
    const std::string_view text = word();
    N value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    good_ = good_ && error == std::errc{} && end == text.data() + text.size();
    return value;
  }
  UnixMillis moment() { return UnixMillis(number<std::int64_t>()); }
  void expect(bool good) { good_ = good_ && good; }
  bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

bool read_line(std::vector<MasterKey>& keys, std::string_view line) {
  Words words(line);
  const std::string_view what = words.word();
  if (what == "key") {
    MasterKey key;
    key.id = words.word();
    key.owner = {std::string(words.word()), std::string(words.word())};
    if (key.owner == KeyOwner{std::string(own), std::string(own)}) key.owner = {};
    key.made = words.moment();
    const std::string_view state = words.word();
    key.deletion = words.moment();
    bool known = false;
    for (std::size_t n = 0; n < std::size(state_names); ++n)
      if (state == state_names[n]) {
        key.state = static_cast<KeyState>(n);
        known = true;
      }
    words.expect(known);
    keys.push_back(std::move(key));
    return words.done();
  }
  if (keys.empty()) return false;
  MasterKey& key = keys.back();
  if (what == "alias") {
    key.aliases.emplace_back(words.word());
    words.expect(is_alias_name(key.aliases.back()));
    return words.done();
  }
  KeyVersion version;
  version.number = words.number<std::uint32_t>();
  version.made = words.moment();
  words.expect(what == "version" && read_hex(words.word(), version.material) &&
               version.number > (key.versions.empty() ? 0 : key.newest().number));
  key.versions.push_back(version);
  return words.done();
}

}  // namespace

std::string write_key_store(const KeyStore& store) {
  std::string text = std::string(first_line) + '\n';
  for (const MasterKey& key : store.keys()) {
    const auto shown = [](const std::string& part) {
      return part.empty() ? std::string(own) : part;
    };
    text += "key " + key.id + ' ' + shown(key.owner.account) + ' ' + shown(key.owner.region) + ' ' +
            std::to_string(key.made.count()) + ' ' +
            std::string(state_names[static_cast<std::size_t>(key.state)]) + ' ' +
            std::to_string(key.deletion.count()) + '\n';
    for (const std::string& alias : key.aliases) text += "alias " + alias + '\n';
    for (const KeyVersion& version : key.versions)
      text += "version " + std::to_string(version.number) + ' ' +
              std::to_string(version.made.count()) + ' ' + hex_of(version.material) + '\n';
  }
  return text + "crc32c " + checksum(text) + '\n';
}

Result<KeyStore> read_key_store(std::string_view text) {
  const auto corrupt = [](const std::string& why) {
    return fail(ErrorKind::corrupt, "the key store is damaged: " + why);
  };
  constexpr std::string_view mark = "\ncrc32c ";
  const std::size_t end = text.rfind(mark);
  if (end == text.npos) return corrupt("its last line is missing");
  const std::string_view body = text.substr(0, end + 1);
  if (text.substr(end + mark.size()) != checksum(body) + '\n') return corrupt("its checksum fails");
  std::vector<MasterKey> keys;
  std::size_t number = 0;
  for (std::string_view rest = body; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(line.size() + 1);
    if (number == 0 ? line != first_line : !read_line(keys, line))
      return corrupt("line " + std::to_string(number + 1));
  }
  KeyStore store;
  for (MasterKey& key : keys) {
    if (key.versions.empty()) return corrupt("key " + key.id + " has no version");
    if (store.by_id(key.id) != nullptr) return corrupt("key " + key.id + " comes twice");
    store.add(std::move(key));
  }
  return store;
}

}  // namespace levada::keys
