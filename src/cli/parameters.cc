#include "cli/parameters.h"

#include <algorithm>
#include <optional>
#include <span>
#include <vector>

#include "base/ascii.h"
#include "cli/exit_code.h"
#include "cli/file.h"
#include "cli/json_text.h"
#include "cli/shorthand.h"
#include "cli/text.h"
#include "cli/timestamp.h"
#include "wire/base64.h"

namespace levada::cli {

namespace {

using aws::Type;

bool is_complex(const aws::Shape& shape) {
  return shape.type == Type::structure || shape.type == Type::list || shape.type == Type::map;
}

bool looks_like_json(std::string_view text) {
  const std::string_view trimmed = trim(text);
  return trimmed.starts_with('[') || trimmed.starts_with('{');
}

Result<Document> read_json_argument(const std::string& option, const std::string& text) {
  Result<Document> value = read_json(text);
  if (!value)
    return parameter_error(option,
                           "Invalid JSON: " + value.error().message + "\nJSON received: " + text);
  return value;
}

Result<Document> unpack_scalar(const std::string& text, const aws::Shape& shape) {
  Document value = Document::of_string(text);
  if (shape.type == Type::boolean)
    return Document::of_boolean(!text.empty() && lowered(text) != "false");
  TRY(give_types(value, shape));
  return value;
}

Result<Document> unpack_one(const std::string& option, const std::string& text,
                            const aws::Shape& shape) {
  if (!is_complex(shape)) return unpack_scalar(text, shape);
  if (shape.type != Type::list && looks_like_json(text) && trim(text)[0] == '{')
    return read_json_argument(option, text);
  if (shape.type == Type::list && trim(text).starts_with('['))
    return read_json_argument(option, text);
  if (trim(text).empty()) return fail_as(ExitCode::general, "string index out of range");
  return parameter_error(option, "Invalid JSON:\n" + text);
}

// ---- checks ----

class Validator {
 public:
  void check(const Document& value, const aws::Shape& shape, const std::string& name) {
    switch (shape.type) {
      case Type::structure:
        return check_structure(value, shape, name);
      case Type::list:
        if (!value.is_array()) return wrong_type(name, value, "<class 'list'>, <class 'tuple'>");
        check_length(value.items().size(), shape, name);
        for (std::size_t i = 0; i < value.items().size(); ++i)
          check(value.items()[i], *shape.element, name + '[' + std::to_string(i) + ']');
        return;
      case Type::map:
        if (!value.is_object()) return wrong_type(name, value, "<class 'dict'>");
        for (const Document::Member& member : value.members()) {
          check(Document::of_string(member.name), *shape.key, name + " (key: " + member.name + ')');
          check(member.value, *shape.element, name + '.' + member.name);
        }
        return;
      case Type::string:
        if (!value.is_string()) return wrong_type(name, value, "<class 'str'>");
        return check_length(character_count(value.string()), shape, name);
      case Type::blob:
        if (!value.is_string() && !value.is(Document::Kind::bytes))
          return wrong_type(name, value, "<class 'bytes'>, <class 'bytearray'>, file-like object");
        return;
      case Type::boolean:
        if (!value.is(Document::Kind::boolean)) return wrong_type(name, value, "<class 'bool'>");
        return;
      case Type::integer:
      case Type::long_integer:
        if (value.is(Document::Kind::boolean)) return;  // to Python, True is 1
        if (!value.is_integer()) return wrong_type(name, value, "<class 'int'>");
        if (shape.min != aws::no_min && value.real() < static_cast<double>(shape.min))
          report("Invalid value for parameter " + shown(name) + ", value: " + python_text(value) +
                 ", valid min value: " + std::to_string(shape.min));
        return;
      case Type::real:
        if (!value.is_number())
          return wrong_type(name, value,
                            "<class 'float'>, <class 'decimal.Decimal'>, <class 'int'>");
        return;
      case Type::timestamp:
        if (!read_timestamp(value))
          wrong_type(name, value, "<class 'datetime.datetime'>, timestamp-string");
    }
  }

  Result<Unit> verdict() const {
    if (complaints_.empty()) return Unit{};
    return usage_error("Parameter validation failed:\n" + complaints_);
  }

 private:
  static std::string shown(const std::string& name) {
    if (name.empty()) return "input";
    return name[0] == '.' ? name.substr(1) : name;
  }
  void report(const std::string& complaint) {
    if (!complaints_.empty()) complaints_ += '\n';
    complaints_ += complaint;
  }
  void wrong_type(const std::string& name, const Document& value, const std::string& valid) {
    report("Invalid type for parameter " + shown(name) + ", value: " + python_text(value) +
           ", type: " + python_type(value) + ", valid types: " + valid);
  }
  void check_length(std::size_t size, const aws::Shape& shape, const std::string& name) {
    if (shape.min == aws::no_min || static_cast<std::int64_t>(size) >= shape.min) return;
    report("Invalid length for parameter " + shown(name) + ", value: " + std::to_string(size) +
           ", valid min length: " + std::to_string(shape.min));
  }
  void check_structure(const Document& value, const aws::Shape& shape, const std::string& name) {
    if (!value.is_object()) return wrong_type(name, value, "<class 'dict'>");
    for (const aws::Field& field : shape.fields)
      if (field.required && field.unless.empty() && value.find(field.name) == nullptr)
        report("Missing required parameter in " + shown(name) + ": \"" + std::string(field.name) +
               '"');
    for (const Document::Member& member : value.members()) {
      if (aws::find_field(shape, member.name) != nullptr) continue;
      std::string names;
      for (const aws::Field& field : shape.fields)
        names.append(names.empty() ? "" : ", ").append(field.name);
      report("Unknown parameter in " + shown(name) + ": \"" + member.name +
             "\", must be one of: " + names);
    }
    for (const Document::Member& member : value.members())
      if (const aws::Field* const field = aws::find_field(shape, member.name))
        check(member.value, *field->shape, name + '.' + member.name);
  }

  std::string complaints_;
};

Document to_wire(const Document& value, const aws::Shape& shape) {
  switch (shape.type) {
    case Type::structure: {
      Document object = Document::of_object({});
      for (const Document::Member& member : value.members())
        object.members().push_back(
            {member.name, to_wire(member.value, *aws::find_field(shape, member.name)->shape)});
      return object;
    }
    case Type::list: {
      Document::Array items;
      for (const Document& item : value.items()) items.push_back(to_wire(item, *shape.element));
      return Document::of_array(std::move(items));
    }
    case Type::map: {
      Document object = Document::of_object({});
      for (const Document::Member& member : value.members())
        object.members().push_back({member.name, to_wire(member.value, *shape.element)});
      return object;
    }
    case Type::blob: {
      const std::string& bytes = value.is_string() ? value.string() : value.bytes();
      return Document::of_string(wire::base64_encode(as_bytes(bytes)));
    }
    case Type::timestamp:
      return Document::of_integer(read_timestamp(value)->seconds);
    default:
      return value;
  }
}

}  // namespace

bool takes_shorthand(const aws::Shape& shape) {
  return is_complex(shape) && (shape.type != Type::list || is_complex(*shape.element));
}

Result<FileText> load_file_argument(const std::string& option, const std::string& value) {
  const bool is_text = value.starts_with("file://");
  const bool is_binary = value.starts_with("fileb://");
  if (!is_text && !is_binary) return FileText{value, false};
  const std::string path = expand_path(value.substr(is_text ? 7 : 8));
  Result<std::string> bytes = read_file(path);
  if (!bytes)
    return parameter_error(option,
                           "Unable to load paramfile " + value + ": " + bytes.error().message);
  if (is_text && !is_utf8(*bytes))
    return parameter_error(option,
                           "Unable to load paramfile (" + path +
                               "), text contents could not be decoded.  If this is a binary "
                               "file, please use the fileb:// prefix instead of the file:// "
                               "prefix.");
  return FileText{std::move(*bytes), is_binary};
}

Result<Document> unpack_argument(const std::string& option, std::span<const std::string> values,
                                 const aws::Shape& shape) {
  std::vector<std::string> texts(values.begin(), values.end());
  bool is_one_text = shape.type != Type::list;
  if (texts.size() == 1) {
    const bool from_file = texts[0].starts_with("file://") || texts[0].starts_with("fileb://");
    const FileText loaded = TRY(load_file_argument(option, texts[0]));
    if (loaded.is_binary && shape.type == Type::blob) return Document::of_bytes(loaded.text);
    texts[0] = loaded.text;
    is_one_text = is_one_text || from_file;
  }
  if (takes_shorthand(shape) && !texts.empty() && !looks_like_json(texts[0])) {
    if (is_one_text) {
      // As the AWS CLI: of a list whose text came from a file, the text is one item.
      Result<Document> value = read_shorthand(texts[0]);
      if (!value) return parameter_error(option, value.error().message);
      if (shape.type == Type::list) value = Document::of_array({std::move(*value)});
      TRY(give_types(*value, shape));
      return value;
    }
    Document::Array items;
    for (const std::string& text : texts) {
      Result<Document> item = read_shorthand(text);
      if (!item) return parameter_error(option, item.error().message);
      items.push_back(std::move(*item));
    }
    Document list = Document::of_array(std::move(items));
    TRY(give_types(list, shape));
    return list;
  }
  if (shape.type != Type::list) return unpack_one(option, texts.empty() ? "" : texts[0], shape);
  if (texts.size() == 1 && trim(texts[0]).starts_with('['))
    return read_json_argument(option, texts[0]);
  Document::Array items;
  for (const std::string& text : texts) {
    Result<Document> item = unpack_one(option, text, *shape.element);
    if (!item && exit_code(item.error()) == static_cast<int>(ExitCode::general))
      return parameter_error(option, texts[0]);
    items.push_back(TRY(std::move(item)));
  }
  return Document::of_array(std::move(items));
}

Result<Unit> decode_blobs(Document& parameters, const aws::Shape& shape, BinaryFormat format) {
  if (format == BinaryFormat::raw_in_base64_out) return Unit{};
  switch (shape.type) {
    case Type::structure:
      if (!parameters.is_object()) return Unit{};
      for (Document::Member& member : parameters.members())
        if (const aws::Field* const field = aws::find_field(shape, member.name))
          TRY(decode_blobs(member.value, *field->shape, format));
      return Unit{};
    case Type::list:
      if (!parameters.is_array()) return Unit{};
      for (Document& item : parameters.items()) TRY(decode_blobs(item, *shape.element, format));
      return Unit{};
    case Type::map:
      if (!parameters.is_object()) return Unit{};
      for (Document::Member& member : parameters.members())
        TRY(decode_blobs(member.value, *shape.element, format));
      return Unit{};
    case Type::blob: {
      if (!parameters.is_string()) return Unit{};
      if (!std::ranges::all_of(parameters.string(), [](char c) { return c > 0; }))
        return fail_as(ExitCode::general, "string argument should contain only ASCII characters");
      std::optional<std::string> bytes = lenient_base64(parameters.string());
      if (!bytes)
        return fail_as(ExitCode::general, "Invalid base64: \"" + parameters.string() + '"');
      parameters = Document::of_bytes(std::move(*bytes));
      return Unit{};
    }
    default:
      return Unit{};
  }
}

Result<Unit> validate_parameters(const Document& parameters, const aws::Shape& shape) {
  Validator validator;
  validator.check(parameters, shape, "");
  return validator.verdict();
}

std::string request_body(const Document& parameters, const aws::Shape& shape) {
  return compact_json(to_wire(parameters, shape));
}

}  // namespace levada::cli
