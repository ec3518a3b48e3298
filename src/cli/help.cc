#include "cli/help.h"

#include "base/ascii.h"
#include "cli/exit_code.h"
#include "cli/global_options.h"
#include "cli/operation_command.h"
#include "cli/output_stream.h"
#include "cli/parameters.h"
#include "cli/services.h"
#include "cli/tail.h"
#include "cli/text.h"

namespace levada::cli {

namespace {

constexpr std::size_t line_width = 78;
constexpr std::string_view extras_help =
    "tail STREAM [--from LATEST|TRIM_HORIZON] [--no-follow] [--with-keys] prints records as "
    "they come. put-records --stream-name STREAM --from-file FILE|- [--partition-key-from "
    "random|line|column:N|json:PATH] puts the lines of a file, with a progress bar.";

class Page {
 public:
  void heading(std::string_view text) { out_ += (out_.empty() ? "" : "\n") + uppered(text) + "\n"; }

  // Words broken into lines behind `indent` blanks.
  void paragraph(std::string_view text, std::size_t indent) {
    std::string line(indent, ' ');
    while (!text.empty()) {
      const std::size_t end = text.find(' ');
      const std::string_view word = text.substr(0, end);
      text = end == text.npos ? std::string_view() : text.substr(end + 1);
      if (line.size() > indent && line.size() + 1 + word.size() > line_width) {
        out_ += line + '\n';
        line.assign(indent, ' ');
      }
      if (line.size() > indent) line += ' ';
      line += word;
    }
    out_ += line + '\n';
  }
  void line(std::string_view text, std::size_t indent) {
    out_.append(indent, ' ').append(text).append("\n");
  }

  Result<Unit> show() const {
    const std::string pager = is_terminal() ? "less -R" : "";
    OutputStream stream = TRY(OutputStream::open_pager(pager));
    stream.print()(out_);
    return Unit{};
  }

 private:
  std::string out_;
};

std::string type_text(const aws::Shape& shape) {
  switch (shape.type) {
    case aws::Type::string:
      return "string";
    case aws::Type::blob:
      return "blob";
    case aws::Type::integer:
      return "integer";
    case aws::Type::long_integer:
      return "long";
    case aws::Type::real:
      return "double";
    case aws::Type::boolean:
      return "boolean";
    case aws::Type::timestamp:
      return "timestamp";
    case aws::Type::list:
      return "list";
    case aws::Type::map:
      return "map";
    case aws::Type::structure:
      break;
  }
  return "structure";
}

// How a value of that shape is written in shorthand; empty where it is only words.
std::string shorthand(const aws::Shape& shape, int depth = 0) {
  constexpr int depth_max = 4;
  if (depth > depth_max) return "...";
  switch (shape.type) {
    case aws::Type::structure: {
      std::string out;
      for (const aws::Field& field : shape.fields)
        out.append(out.empty() ? "" : ",")
            .append(field.name)
            .append("=")
            .append(shorthand(*field.shape, depth + 1));
      return depth == 0 ? out : '{' + out + '}';
    }
    case aws::Type::list: {
      const std::string item = shorthand(*shape.element, depth + 1);
      return depth == 0 ? item + " ..." : '[' + item + ',' + item + ']';
    }
    case aws::Type::map: {
      const std::string value = shorthand(*shape.element, depth + 1);
      const std::string out = "KeyName1=" + value + ",KeyName2=" + value;
      return depth == 0 ? out : '{' + out + '}';
    }
    default:
      return type_text(shape);
  }
}

void add_limits(Page& page, const aws::Shape& shape) {
  const bool counts = shape.type == aws::Type::string || shape.type == aws::Type::blob ||
                      shape.type == aws::Type::list || shape.type == aws::Type::map;
  std::string limits;
  if (shape.min != aws::no_min) limits += "min: " + std::to_string(shape.min);
  if (shape.max != aws::no_max)
    limits += (limits.empty() ? "" : ", ") + ("max: " + std::to_string(shape.max));
  if (!limits.empty())
    page.line("Constraints: " + std::string(counts ? "length " : "") + limits, 10);
  if (!shape.values.empty()) {
    page.line("Possible values:", 10);
    for (const std::string_view value : shape.values) page.line("o " + std::string(value), 10);
  }
}

std::string own_option_doc(const std::string& name) {
  if (name == "--starting-token")
    return "A token to specify where to start paginating: the NextToken of a truncated answer.";
  if (name == "--page-size") return "How many items each call to the service asks for.";
  if (name == "--max-items")
    return "How many items to print in all; more are named by a NextToken.";
  if (name == "--generate-cli-skeleton")
    return "Prints a skeleton without calling the service: input (JSON for --cli-input-json), "
           "yaml-input, or output (a sample of the answer, after checking the parameters).";
  return "Reads the parameters from one " + std::string(name.ends_with("json") ? "JSON" : "YAML") +
         " text; options on the command line override it.";
}

std::string synopsis_of(const OperationOption& option) {
  const Option& parsed = option.option;
  std::string text = parsed.name;
  if (parsed.arity != Option::Arity::flag) text += " <value>";
  return parsed.required ? text : '[' + text + ']';
}

// The members of an answer, nested.
void add_output(Page& page, const aws::Shape& shape, std::size_t indent) {
  constexpr std::size_t indent_max = 40;
  if (indent > indent_max) return;
  if (shape.type == aws::Type::list) return add_output(page, *shape.element, indent);
  if (shape.type == aws::Type::map) return add_output(page, *shape.element, indent);
  for (const aws::Field& field : shape.fields) {
    page.line(std::string(field.name) + " -> (" + type_text(*field.shape) + ')', indent);
    if (!field.doc.empty()) page.paragraph(field.doc, indent + 3);
    add_output(page, *field.shape, indent + 3);
  }
}

void add_global_options(Page& page) {
  page.heading("global options");
  for (const GlobalOption& option : global_option_table()) {
    page.line(std::string(option.name) + " (" + std::string(option.type) + ')', 3);
    page.paragraph(option.doc, 7);
  }
}

}  // namespace

Result<Unit> show_help() {
  Page page;
  page.heading("levada");
  page.paragraph(
      "The AWS CLI's commands for the services that Levada speaks, with its options, its output "
      "and its exit codes, against Levada or against AWS.",
      3);
  page.heading("synopsis");
  page.line("levada [options] <command> <subcommand> [parameters]", 3);
  page.heading("available services");
  for (const aws::Service* const service : services())
    page.line("o " + std::string(command_name(*service)), 3);
  page.paragraph(
      "levada <service> help lists its commands; levada <service> <command> help "
      "describes one.",
      3);
  add_global_options(page);
  return page.show();
}

Result<Unit> show_service_help(const aws::Service& service) {
  Page page;
  page.heading(command_name(service));
  page.heading("available commands");
  for (const aws::Operation& operation : service.operations) {
    page.line("o " + kebab_case(operation.name), 3);
    page.paragraph(operation.doc, 7);
  }
  if (!service.waiters.empty()) {
    page.line("o wait", 3);
    page.paragraph("Waits until a condition is satisfied.", 7);
  }
  if (has_tail(service)) {
    page.heading("not in the aws cli");
    page.paragraph(extras_help, 3);
  }
  return page.show();
}

Result<Unit> show_wait_help(const aws::Service& service) {
  Page page;
  page.heading("wait");
  page.paragraph(
      "Waits until a condition is satisfied: asks every few seconds, and gives up with "
      "exit code 255.",
      3);
  page.heading("available commands");
  for (const aws::Waiter& waiter : service.waiters) {
    page.line("o " + kebab_case(waiter.name), 3);
    const std::string what = waiter.error.empty()
                                 ? std::string(waiter.path) + " is " + std::string(waiter.value)
                                 : std::string(waiter.error) + " is the answer";
    page.paragraph("Until " + what + " of " + kebab_case(waiter.operation) + ". Asks every " +
                       std::to_string(waiter.delay_seconds) + " seconds, " +
                       std::to_string(waiter.attempts) + " times.",
                   7);
  }
  return page.show();
}

Result<Unit> show_operation_help(const OperationCommand& command) {
  const aws::Operation& operation = command.operation;
  const std::string name =
      kebab_case(command.waiter == nullptr ? operation.name : command.waiter->name);
  Page page;
  page.heading(name);
  page.heading("description");
  page.paragraph(operation.doc, 3);
  if (operation.paginator != nullptr)
    page.paragraph(name +
                       " is a paginated operation: several calls may be made for the whole "
                       "answer. --no-paginate makes one.",
                   3);
  page.heading("synopsis");
  page.line(name, 3);
  const std::vector<OperationOption> options = operation_options(operation);
  for (const OperationOption& option : options)
    if (option.documented) page.line(synopsis_of(option), 5);
  page.line("[global options]", 5);

  page.heading("options");
  for (const OperationOption& option : options) {
    if (!option.documented) continue;
    if (option.field == nullptr) {
      page.line(option.option.name + " (string)", 3);
      page.paragraph(own_option_doc(option.option.name), 7);
      continue;
    }
    const aws::Shape& shape = *option.field->shape;
    page.line(option.option.name + " (" + type_text(shape) + ')' +
                  (option.option.required ? " [required]" : ""),
              3);
    if (!option.field->doc.empty()) page.paragraph(option.field->doc, 7);
    add_limits(page, shape);
    if (takes_shorthand(shape)) page.line("Shorthand: " + shorthand(shape), 10);
  }
  if (operation.output != nullptr && command.waiter == nullptr) {
    page.heading("output");
    add_output(page, *operation.output, 3);
  }
  if (!operation.errors.empty() && command.waiter == nullptr) {
    page.heading("errors");
    for (const std::string_view error : operation.errors) page.line(error, 3);
  }
  page.heading("global options");
  page.line("See levada help.", 3);
  return page.show();
}

}  // namespace levada::cli
