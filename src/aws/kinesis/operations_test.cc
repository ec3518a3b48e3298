// The tables against AWS's own model of the service, as Debian's botocore ships it: of an older
// date, so ours may have more, but nothing else.

#include "aws/kinesis/operations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "wire/json_reader.h"

namespace levada::aws {
namespace {

using wire::Value;
using wire::ValueKind;

constexpr const char* model_path =
    "/usr/lib/python3/dist-packages/botocore/data/kinesis/2013-12-02/service-2.json";

// Where AWS has moved since: the newer model holds (spec kinesis 2, 3).
const std::set<std::string> moved = {
    "PutRecord.Data max",           // 1 MiB, now 10 MiB
    "PutRecords.Records.Data max",  // and so on
    "GetRecords.Records.Data max",
    "SubscribeToShard.EventStream.SubscribeToShardEvent.Records.Data max",
    "GetRecords.Records.PartitionKey required",  // streams of distribution AUTO need none
    "SubscribeToShard.EventStream.SubscribeToShardEvent.Records.PartitionKey required",
};
constexpr std::string_view stream_arn_once = R"(arn:aws.*:kinesis:.*:\d{12}:stream/.+)";  // now \S+

class Model {
 public:
  explicit Model(std::string text) : text_(std::move(text)) {
    const auto root = wire::read_json(text_, tree_);
    if (root) root_ = *root;
  }
  bool empty() const { return !root_.is(ValueKind::object); }
  const Value& operations() const { return *root_.find("operations"); }
  const Value& shape(std::string_view name) const { return *root_.find("shapes")->find(name); }

 private:
  std::string text_;
  wire::ValueTree tree_;
  Value root_;
};

std::string_view text_of(const Value& value, std::string_view key) {
  const Value* member = value.find(key);
  return member != nullptr ? member->string() : std::string_view();
}

std::string_view model_type(Type type) {
  switch (type) {
    case Type::string:
      return "string";
    case Type::blob:
      return "blob";
    case Type::integer:
      return "integer";
    case Type::long_integer:
      return "long";
    case Type::real:
      return "double";
    case Type::boolean:
      return "boolean";
    case Type::timestamp:
      return "timestamp";
    case Type::list:
      return "list";
    case Type::map:
      return "map";
    case Type::structure:
      return "structure";
  }
  return "";
}

class Comparison {
 public:
  explicit Comparison(const Model& model) : model_(model) {}

  void shape(const std::string& path, const Shape& ours, std::string_view name) {
    const Value& theirs = model_.shape(name);
    EXPECT_EQ(model_type(ours.type), text_of(theirs, "type")) << path;
    bound(path + " min", ours.min, no_min, theirs.find("min"));
    bound(path + " max", ours.max, no_max, theirs.find("max"));
    if (const Value* pattern = theirs.find("pattern")) {
      ASSERT_NE(ours.pattern, nullptr) << path;
      if (pattern->string() != stream_arn_once) {
        EXPECT_EQ(ours.pattern->text(), pattern->string()) << path;
      }
    }
    if (const Value* values = theirs.find("enum")) {
      EXPECT_EQ(ours.values.size(), values->items().size()) << path;
      for (const Value& value : values->items())
        EXPECT_NE(std::ranges::find(ours.values, value.string()), ours.values.end())
            << path << " " << value.string();
    }
    if (ours.type == Type::list)
      shape(path, *ours.element, text_of(*theirs.find("member"), "shape"));
    if (ours.type == Type::map) {
      shape(path + " key", *ours.key, text_of(*theirs.find("key"), "shape"));
      shape(path + " value", *ours.element, text_of(*theirs.find("value"), "shape"));
    }
    if (ours.type == Type::structure) members(path, ours, theirs);
  }

 private:
  void members(const std::string& path, const Shape& ours, const Value& theirs) {
    std::size_t last = 0;
    for (const wire::Member& member : theirs.find("members")->members()) {
      const Value& member_shape = model_.shape(text_of(member.value, "shape"));
      if (member_shape.find("exception") != nullptr) continue;  // of an event stream
      const Field* field = find_field(ours, member.key);
      ASSERT_NE(field, nullptr) << path << "." << member.key;
      const auto place = static_cast<std::size_t>(field - ours.fields.data());
      EXPECT_GE(place, last) << path << "." << member.key << " stands elsewhere";
      last = place;
      shape(path + "." + std::string(member.key), *field->shape, text_of(member.value, "shape"));
      required(path + "." + std::string(member.key) + " required", *field, theirs);
    }
  }

  static void required(const std::string& path, const Field& field, const Value& theirs) {
    const Value* names = theirs.find("required");
    const bool wanted =
        names != nullptr && std::ranges::any_of(names->items(), [&](const Value& name) {
          return name.string() == field.name;
        });
    if (moved.contains(path) || theirs.find("eventstream") != nullptr) return;
    if (!field.unless.empty()) return;  // a name for which an ARN may stand
    EXPECT_EQ(field.required, wanted) << path;
  }

  static void bound(const std::string& path, std::int64_t ours, std::int64_t none,
                    const Value* theirs) {
    const bool differ = theirs != nullptr ? ours != theirs->integer() : false;
    EXPECT_EQ(differ, moved.contains(path))
        << path << ": " << ours << (ours == none ? " (none)" : "")
        << (theirs != nullptr ? ", the model has " + std::to_string(theirs->integer()) : "");
  }

  const Model& model_;
};

TEST(KinesisTables, say_what_the_model_of_the_service_says) {
  std::ifstream file(model_path);
  if (!file) GTEST_SKIP() << "no botocore here";
  const Model model(std::string(std::istreambuf_iterator<char>(file), {}));
  ASSERT_FALSE(model.empty());
  for (const wire::Member& member : model.operations().members()) {
    const Operation* operation = find_operation(kinesis_api::service, member.key);
    ASSERT_NE(operation, nullptr) << member.key;
    const std::string name(member.key);
    Comparison comparison(model);
    comparison.shape(name, operation->input, text_of(*member.value.find("input"), "shape"));
    const Value* output = member.value.find("output");
    EXPECT_EQ(output != nullptr, operation->output != nullptr) << name;
    if (output != nullptr) comparison.shape(name, *operation->output, text_of(*output, "shape"));
    for (const Value& error : member.value.find("errors")->items())
      EXPECT_NE(std::ranges::find(operation->errors, text_of(error, "shape")),
                operation->errors.end())
          << name << " may throw " << text_of(error, "shape");
  }
}

TEST(KinesisTables, list_each_member_once_in_the_order_of_messages) {
  const auto check = [](const Shape& structure) {
    for (const std::string_view name : structure.validated)
      EXPECT_NE(find_field(structure, name), nullptr) << structure.name << "." << name;
    if (structure.validated.empty()) return;
    for (const Field& field : structure.fields) {
      if (field.shape->type == Type::boolean) continue;  // has no constraint
      EXPECT_EQ(std::ranges::count(structure.validated, field.name), 1)
          << structure.name << "." << field.name;
    }
  };
  for (const Operation& operation : kinesis_api::service.operations) {
    check(operation.input);
    EXPECT_FALSE(operation.doc.empty()) << operation.name;
  }
}

}  // namespace
}  // namespace levada::aws
