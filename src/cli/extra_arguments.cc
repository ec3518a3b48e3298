#include "cli/extra_arguments.h"

#include "cli/exit_code.h"
#include "cli/text.h"

namespace levada::cli {

Option text_option(std::string name, std::string destination, bool required) {
  return {.name = std::move(name), .destination = std::move(destination), .required = required};
}

Option flag_option(std::string name, std::string destination) {
  return {
      .name = std::move(name), .destination = std::move(destination), .arity = Option::Arity::flag};
}

Result<ParsedArguments> parse_only(std::span<const std::string> arguments,
                                   std::span<const Option> options,
                                   std::span<const Positional> positionals) {
  ParsedArguments parsed = TRY(parse_arguments(arguments, options, positionals));
  if (!parsed.rest.empty())
    return usage_error("usage: " + usage_text() + "\nUnknown options: " + join(parsed.rest, ", ") +
                       '\n');
  return parsed;
}

Result<Document> stream_parameters(const ParsedArguments& parsed) {
  Document parameters = Document::of_object({});
  if (const std::string* const name = parsed.value("stream_name"))
    parameters.set("StreamName", Document::of_string(*name));
  if (const std::string* const arn = parsed.value("stream_arn"))
    parameters.set("StreamARN", Document::of_string(*arn));
  if (parameters.members().empty())
    return usage_error("one of --stream-name and --stream-arn is needed");
  return parameters;
}

}  // namespace levada::cli
