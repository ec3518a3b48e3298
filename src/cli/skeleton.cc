#include "cli/skeleton.h"

#include <algorithm>
#include <vector>

#include "cli/json_text.h"

namespace levada::cli {

namespace {

class Skeleton {
 public:
  explicit Skeleton(bool uses_names) : uses_names_(uses_names) {}

  Document of(const aws::Shape& shape, std::string_view name = {}) {
    switch (shape.type) {
      case aws::Type::structure: {
        Document object = Document::of_object({});
        if (std::ranges::find(open_, &shape) != open_.end()) return object;
        open_.push_back(&shape);
        for (const aws::Field& field : shape.fields)
          object.set(field.name, of(*field.shape, field.name));
        open_.pop_back();
        return object;
      }
      case aws::Type::list:
        return Document::of_array({of(*shape.element, shape.element->name)});
      case aws::Type::map: {
        Document object = Document::of_object({});
        object.set("KeyName", of(*shape.element));
        return object;
      }
      case aws::Type::string:
        if (uses_names_) return Document::of_string(name);
        return Document::of_string(shape.values.empty() ? "" : shape.values.front());
      case aws::Type::integer:
      case aws::Type::long_integer:
        return Document::of_integer(0);
      case aws::Type::real:
        return Document::of_real(0);
      case aws::Type::boolean:
        return Document::of_boolean(true);
      case aws::Type::timestamp:
        return Document::of_string("1970-01-01T00:00:00");
      case aws::Type::blob:
        break;
    }
    return Document();
  }

 private:
  bool uses_names_;
  std::vector<const aws::Shape*> open_;
};

class YamlSkeleton {
 public:
  std::string of(const aws::Shape& shape) {
    if (shape.fields.empty()) return "{}\n";
    write_fields(shape, 0);
    return std::move(out_);
  }

 private:
  void line(int indent, const std::string& text, const aws::Field* field) {
    out_.append(static_cast<std::size_t>(indent), ' ');
    out_ += text;
    std::string comment;
    const auto add = [&](std::string_view words) {
      comment.append(comment.empty() ? "" : " ").append(words);
    };
    if (field != nullptr) {
      if (field->required && field->unless.empty()) add("[REQUIRED]");
      if (!field->doc.empty()) add(field->doc);
      if (!field->shape->values.empty()) {
        std::string values;
        for (const std::string_view value : field->shape->values)
          values.append(values.empty() ? "" : ", ").append(value);
        add("Valid values are: " + values + '.');
      }
    }
    if (!comment.empty()) out_ += "  # " + comment;
    out_ += '\n';
  }

  static std::string scalar(const aws::Shape& shape) {
    switch (shape.type) {
      case aws::Type::string:
        return shape.values.empty() ? "''" : std::string(shape.values.front());
      case aws::Type::real:
        return "0.0";
      case aws::Type::boolean:
        return "true";
      case aws::Type::timestamp:
        return "1970-01-01 00:00:00";
      case aws::Type::blob:
        return "!!binary ''";
      default:
        return "0";
    }
  }

  void write_fields(const aws::Shape& shape, int indent) {
    if (std::ranges::find(open_, &shape) != open_.end()) return;
    open_.push_back(&shape);
    for (const aws::Field& field : shape.fields)
      write(std::string(field.name) + ':', *field.shape, indent, &field);
    open_.pop_back();
  }

  // `prefix` is "Name:" or "-".
  void write(const std::string& prefix, const aws::Shape& shape, int indent,
             const aws::Field* field) {
    const bool is_recursive = std::ranges::find(open_, &shape) != open_.end();
    if (is_recursive || (shape.type == aws::Type::structure && shape.fields.empty())) {
      line(indent, prefix + " {}", field);
    } else if (shape.type == aws::Type::structure) {
      line(indent, prefix, field);
      write_fields(shape, indent + 2);
    } else if (shape.type == aws::Type::list) {
      line(indent, prefix, field);
      if (shape.element->type == aws::Type::structure) {
        write_item(*shape.element, indent);
      } else {
        write("-", *shape.element, indent, nullptr);
      }
    } else if (shape.type == aws::Type::map) {
      line(indent, prefix, field);
      write("KeyName:", *shape.element, indent + 2, nullptr);
    } else {
      line(indent, prefix + ' ' + scalar(shape), field);
    }
  }

  // A structure as an item: its first field stands behind the dash.
  void write_item(const aws::Shape& shape, int indent) {
    const std::size_t begin = out_.size();
    write_fields(shape, indent + 2);
    if (out_.size() > begin) {
      out_[begin + static_cast<std::size_t>(indent)] = '-';
    } else {
      line(indent, "- {}", nullptr);
    }
  }

  std::string out_;
  std::vector<const aws::Shape*> open_;
};

}  // namespace

std::string input_skeleton(const aws::Operation& operation) {
  std::string out;
  append_indented_json(out, Skeleton(false).of(operation.input));
  return out + '\n';
}

std::string yaml_input_skeleton(const aws::Operation& operation) {
  return YamlSkeleton().of(operation.input);
}

Document output_skeleton(const aws::Operation& operation) {
  if (operation.output == nullptr) return Document::of_object({});
  return Skeleton(true).of(*operation.output);
}

}  // namespace levada::cli
