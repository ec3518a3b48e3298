#include "cli/yaml_reader.h"

#include <yaml-cpp/yaml.h>

#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>

#include "cli/text.h"

namespace levada::cli {

namespace {

constexpr int depth_max = 100;

bool is_plain_integer(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

bool is_plain_real(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return true;
  if (text.empty() || text.find_first_not_of("0123456789.eE+-") != text.npos) return false;
  if (text.find_first_of("0123456789") == text.npos) return false;
  const std::string copy(text);
  char* end = nullptr;
  std::strtod(copy.c_str(), &end);
  return *end == '\0';
}

Document plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return Document();
  if (text == "true" || text == "True" || text == "TRUE") return Document::of_boolean(true);
  if (text == "false" || text == "False" || text == "FALSE") return Document::of_boolean(false);
  if (is_plain_integer(text)) {
    std::int64_t number = 0;
    const char* const begin = text.data() + (text.starts_with('+') ? 1 : 0);
    const auto [_, error] = std::from_chars(begin, text.data() + text.size(), number);
    if (error == std::errc{}) return Document::of_integer(number);
    return Document::of_big_integer(text);
  }
  if (text == ".nan" || text == ".NaN" || text == ".NAN")
    return Document::of_real(std::numeric_limits<double>::quiet_NaN());
  if (is_plain_real(text)) {
    if (text.find('.') != std::string::npos && text.find_first_of("iI") != std::string::npos)
      return Document::of_real(text.starts_with('-') ? -std::numeric_limits<double>::infinity()
                                                     : std::numeric_limits<double>::infinity());
    return Document::of_real(std::strtod(text.c_str(), nullptr));
  }
  return Document::of_string(text);
}

Result<Document> scalar(const YAML::Node& node) {
  const std::string& tag = node.Tag();
  const std::string& text = node.Scalar();
  if (tag == "tag:yaml.org,2002:binary") {
    std::optional<std::string> bytes = lenient_base64(text);
    if (!bytes) return fail(ErrorKind::invalid, "broken base64 in !!binary");
    return Document::of_bytes(std::move(*bytes));
  }
  if (tag == "!" || tag == "tag:yaml.org,2002:str") return Document::of_string(text);
  return plain_scalar(text);
}

Result<Document> document_of(const YAML::Node& node, int depth) {
  if (depth > depth_max) return fail(ErrorKind::invalid, "nested too deeply");
  switch (node.Type()) {
    case YAML::NodeType::Scalar:
      return scalar(node);
    case YAML::NodeType::Sequence: {
      Document::Array items;
      for (const YAML::Node& item : node) items.push_back(TRY(document_of(item, depth + 1)));
      return Document::of_array(std::move(items));
    }
    case YAML::NodeType::Map: {
      Document object = Document::of_object({});
      for (const auto& pair : node) {
        const std::string name = pair.first.Scalar();
        if (object.find(name) != nullptr) return fail(ErrorKind::invalid, "a key is there twice");
        object.set(name, TRY(document_of(pair.second, depth + 1)));
      }
      return object;
    }
    default:
      return Document();
  }
}

}  // namespace

Result<Document> read_yaml(const std::string& text) {
  try {  // yaml-cpp throws; no exception leaves this file
    return document_of(YAML::Load(text), 0);
  } catch (const YAML::Exception& exception) {
    return fail(ErrorKind::invalid, exception.what());
  }
}

}  // namespace levada::cli
