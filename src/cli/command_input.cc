#include "cli/command_input.h"

#include <algorithm>

#include "cli/exit_code.h"
#include "cli/json_text.h"
#include "cli/parameters.h"
#include "cli/text.h"
#include "cli/yaml_reader.h"

namespace levada::cli {

bool replaces_required_options(std::span<const std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--cli-input-json" || arguments[i] == "--cli-input-yaml") return true;
    if (arguments[i] == "--generate-cli-skeleton")
      return i + 1 == arguments.size() || arguments[i + 1] != "output";
  }
  return false;
}

Result<Unit> add_command_input(Document& parameters, const ParsedArguments& arguments) {
  const std::string* const json = arguments.value("cli_input_json");
  const std::string* const yaml = arguments.value("cli_input_yaml");
  if (json == nullptr && yaml == nullptr) return Unit{};
  if (json != nullptr && yaml != nullptr)
    return usage_error("Only one --cli-input- parameter may be specified.");
  const std::string name = json != nullptr ? "cli-input-json" : "cli-input-yaml";
  const FileText text = TRY(load_file_argument("--" + name, json != nullptr ? *json : *yaml));
  const Result<Document> loaded = json != nullptr ? read_json(text.text) : read_yaml(text.text);
  if (!loaded)
    return parameter_error(name,
                           json != nullptr ? "Invalid JSON received." : "Invalid YAML received.");
  if (!loaded->is_object())
    return parameter_error("--" + name,
                           "Invalid type: expecting map, received " + python_type(*loaded));
  for (const Document::Member& member : loaded->members())
    if (parameters.find(member.name) == nullptr) parameters.members().push_back(member);
  return Unit{};
}

}  // namespace levada::cli
