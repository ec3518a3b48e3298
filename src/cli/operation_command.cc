#include "cli/operation_command.h"

#include <algorithm>

#include "cli/api_client.h"
#include "cli/command_input.h"
#include "cli/exit_code.h"
#include "cli/help.h"
#include "cli/json_text.h"
#include "cli/output.h"
#include "cli/output_stream.h"
#include "cli/pages.h"
#include "cli/parameters.h"
#include "cli/prompt.h"
#include "cli/put_lines.h"
#include "cli/session.h"
#include "cli/skeleton.h"
#include "cli/text.h"
#include "cli/wait.h"

namespace levada::cli {

namespace {

constexpr std::string_view paging = "PaginationConfig";

std::string destination_of(std::string_view option_name) {
  return replace_all(std::string(option_name.substr(2)), "-", "_");
}

void add_field(std::vector<OperationOption>& options, const aws::Field& field) {
  const std::string name = kebab_case(field.name);
  const std::string destination = destination_of("--" + name);
  if (field.shape->type == aws::Type::boolean) {
    for (const bool value : {true, false})
      options.push_back({{.name = (value ? "--" : "--no-") + name,
                          .destination = destination,
                          .arity = Option::Arity::flag,
                          .flag_value = value},
                         &field});
    return;
  }
  Option option{.name = "--" + name,
                .destination = destination,
                .required = field.required && field.unless.empty()};
  if (field.shape->type == aws::Type::list) option.arity = Option::Arity::any;
  if (field.shape->type == aws::Type::long_integer) option.check = Option::Check::integer;
  if (field.shape->type == aws::Type::real) option.check = Option::Check::real;
  options.push_back({std::move(option), &field});
}

void add_own(std::vector<OperationOption>& options, const std::string& name,
             Option::Check check = Option::Check::none) {
  options.push_back({{.name = name, .destination = destination_of(name), .check = check}, nullptr});
}

bool is_paging_field(const aws::Paginator& paginator, const aws::Field& field) {
  return field.name == paginator.token_in ||
         (!paginator.limit.empty() && field.name == paginator.limit);
}

// A member that belongs to an older way of paging: with it, pages are the caller's business.
constexpr std::string_view old_page_start = "ExclusiveStartStreamName";

bool pages_by_hand(const aws::Operation& operation, const ParsedArguments& arguments) {
  if (operation.paginator == nullptr) return false;
  for (const aws::Field& field : operation.input.fields)
    if ((is_paging_field(*operation.paginator, field) || field.name == old_page_start) &&
        arguments.has(destination_of("--" + kebab_case(field.name))))
      return true;
  return false;
}

// Of an option that was checked; what no 64 bits hold is more than there ever is.
Document page_number(const std::string& text) {
  const Document number = python_integer(text).value_or(Document::of_integer(0));
  if (number.is(Document::Kind::integer)) return number;
  return Document::of_integer(number.real() < 0 ? INT64_MIN : INT64_MAX);
}

Result<Unit> check_paging(const ParsedArguments& arguments) {
  std::string used;
  for (const std::string_view name : {"--starting-token", "--page-size", "--max-items"}) {
    const std::string* const value = arguments.value(destination_of(name));
    if (value == nullptr || value->empty()) continue;
    if (name != "--starting-token" && page_number(*value) == Document::of_integer(0)) continue;
    used.append(used.empty() ? "" : ", ").append(name);
  }
  if (used.empty()) return Unit{};
  return usage_error("Cannot specify --no-paginate along with pagination arguments: " + used);
}

Result<Document> build_parameters(const aws::Operation& operation,
                                  const ParsedArguments& arguments) {
  Document parameters = Document::of_object({});
  for (const aws::Field& field : operation.input.fields) {
    const std::string name = "--" + kebab_case(field.name);
    const Given* const given = arguments.find(destination_of(name));
    if (given == nullptr) continue;
    if (field.shape->type == aws::Type::boolean) {
      parameters.set(field.name, Document::of_boolean(given->flag));
      continue;
    }
    Document value = TRY(unpack_argument(name, given->values, *field.shape));
    parameters.set(field.name, std::move(value));
  }
  if (operation.paginator != nullptr) {
    Document config = Document::of_object({});
    if (const std::string* const token = arguments.value("starting_token")) {
      const FileText text = TRY(load_file_argument("--starting-token", *token));
      config.set("StartingToken", Document::of_string(text.text));
    }
    if (const std::string* const size = arguments.value("page_size"))
      config.set("PageSize", page_number(*size));
    if (const std::string* const most = arguments.value("max_items"))
      config.set("MaxItems", page_number(*most));
    if (!config.members().empty()) parameters.set(paging, std::move(config));
  }
  return parameters;
}

PageOptions take_page_options(Document& parameters) {
  PageOptions options;
  if (const Document* const config = parameters.find(paging)) {
    // --cli-input-json may have brought one of any kind.
    const auto integer = [&](std::string_view name) -> std::optional<std::int64_t> {
      const Document* const value = config->find(name);
      if (value == nullptr || !value->is(Document::Kind::integer)) return std::nullopt;
      return value->integer();
    };
    const Document* const token = config->find("StartingToken");
    if (token != nullptr && token->is_string()) options.starting_token = token->string();
    options.page_size = integer("PageSize");
    options.items_max = integer("MaxItems");
    parameters.erase(paging);
  }
  return options;
}

// Each event of a stream as a line of its own object, as it comes.
Result<Unit> print_events(ApiClient& client, const aws::Operation& operation, Document parameters,
                          const OutputOptions& options) {
  Result<Unit> printed = Unit{};
  const Result<Unit> ended = client.subscribe(
      operation, std::move(parameters), [&](const std::string& name, const Document& event) {
        Document named = Document::of_object({});
        named.set(name, event);
        printed = print_answer(operation.name, named, options, print_to_stdout);
        return printed.has_value();
      });
  TRY(printed);
  return ended;
}

}  // namespace

std::vector<OperationOption> operation_options(const aws::Operation& operation) {
  std::vector<OperationOption> options;
  for (const aws::Field& field : operation.input.fields) {
    add_field(options, field);
    if (operation.paginator != nullptr &&
        (is_paging_field(*operation.paginator, field) || field.name == old_page_start))
      options.back().documented = false;
  }
  add_own(options, "--cli-input-json");
  add_own(options, "--cli-input-yaml");
  if (operation.paginator != nullptr) {
    add_own(options, "--starting-token");
    if (!operation.paginator->limit.empty())
      add_own(options, "--page-size", Option::Check::integer);
    add_own(options, "--max-items", Option::Check::integer);
  }
  add_own(options, "--generate-cli-skeleton");
  options.back().option.arity = Option::Arity::at_most_one;
  options.back().option.without_value = "input";
  options.back().option.choices = {"input", "output", "yaml-input"};
  return options;
}

Result<Unit> run_operation(const OperationCommand& command, std::span<const std::string> arguments,
                           GlobalOptions& globals) {
  const aws::Operation& operation = command.operation;
  if (arguments.size() == 1 && arguments[0] == "help") return show_operation_help(command);
  if (is_put_from_file(operation, arguments))
    return put_from_file(command.service, arguments, globals);

  const std::vector<OperationOption> own_options = operation_options(operation);
  std::vector<Option> options;
  for (const OperationOption& one : own_options) options.push_back(one.option);
  if (replaces_required_options(arguments))
    for (Option& option : options) option.required = false;
  std::vector<std::string> words(arguments.begin(), arguments.end());
  const Session session = TRY(Session::open(globals));
  if (session.auto_prompt() && !replaces_required_options(arguments))
    words = TRY(prompt_for(own_options, words));
  const Positional help[] = {{.name = "help", .optional = true}};
  ParsedArguments parsed = TRY(parse_arguments(words, options, help));
  if (const std::string* const word = parsed.value("help")) {
    if (*word == "help") return show_operation_help(command);
    parsed.rest.push_back(*word);
  }
  if (!parsed.rest.empty())
    return usage_error("usage: " + usage_text() + "\nUnknown options: " + join(parsed.rest, ", ") +
                       '\n');

  if (pages_by_hand(operation, parsed)) globals.paginate = false;
  if (operation.paginator != nullptr && !globals.paginate) TRY(check_paging(parsed));
  Document parameters = TRY(build_parameters(operation, parsed));
  TRY(add_command_input(parameters, parsed));
  if (operation.paginator != nullptr)
    for (const aws::Field& field : operation.input.fields)
      if (is_paging_field(*operation.paginator, field) && parameters.find(field.name) != nullptr)
        globals.paginate = false;

  const std::string* const skeleton = parsed.value("generate_cli_skeleton");
  if (skeleton != nullptr && *skeleton != "output") {
    print_to_stdout(*skeleton == "input" ? input_skeleton(operation)
                                         : yaml_input_skeleton(operation));
    return Unit{};
  }

  OutputOptions output{.format = {},
                       .query = globals.query ? &*globals.query : nullptr,
                       .color = wants_color(globals.color),
                       .terminal_width = terminal_width()};
  if (skeleton != nullptr) {
    TRY(session.region());
    const BinaryFormat binary_format = TRY(session.binary_format());
    TRY(decode_blobs(parameters, operation.input, binary_format));
    TRY(validate_parameters(parameters, operation.input));
    const Document sample = output_skeleton(operation);
    // The AWS CLI checks its own sample too, and says so.
    if (operation.output != nullptr) TRY(validate_parameters(sample, *operation.output));
    output.format = TRY(session.output_format());
    return print_answer(operation.name, sample, output, print_to_stdout);
  }

  ApiClient client = TRY(ApiClient::make(command.service, session, globals));
  if (command.waiter != nullptr) return wait_for(*command.waiter, operation, client, parameters);
  if (operation.event_stream) {
    output.format = TRY(session.output_format());
    return print_events(client, operation, std::move(parameters), output);
  }
  if (operation.paginator != nullptr && globals.paginate) {
    PageOptions page_options = take_page_options(parameters);
    Pages pages(*operation.paginator, std::move(parameters), std::move(page_options),
                [&](const Document& page) { return client.ask(operation, page); });
    output.format = TRY(session.output_format());
    OutputStream stream = TRY(OutputStream::open(session));
    return print_pages(operation.name, pages, output, stream.print());
  }
  const Document answer = TRY(client.ask(operation, std::move(parameters)));
  output.format = TRY(session.output_format());
  OutputStream stream = TRY(OutputStream::open(session));
  return print_answer(operation.name, answer, output, stream.print());
}

}  // namespace levada::cli
