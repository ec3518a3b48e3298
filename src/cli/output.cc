#include "cli/output.h"

#include "cli/json_text.h"

namespace levada::cli {

namespace {

Result<Document> apply_query(const Document& answer, const OutputOptions& options) {
  if (options.query == nullptr) return answer;
  return options.query->search(answer);
}

bool is_empty_object(const Document& document) {
  return document.is_object() && document.members().empty();
}

void print_text(const Document& document, const Print& print) {
  std::string out;
  append_text(out, document);
  print(out);
}

}  // namespace

Result<Unit> print_answer(std::string_view title, const Document& answer,
                          const OutputOptions& options, const Print& print) {
  const Document document = TRY(apply_query(answer, options));
  std::string out;
  if (options.format == "text") {
    append_text(out, document);
  } else if (options.format == "table") {
    TRY(append_table(out, title, document, options));
  } else if (is_empty_object(document)) {
    return Unit{};
  } else if (options.format == "yaml") {
    append_yaml(out, document);
  } else if (options.format == "yaml-stream") {
    append_yaml(out, Document::of_array({document}));
  } else {
    append_indented_json(out, document);
    out += '\n';
  }
  print(out);
  return Unit{};
}

Result<Unit> print_pages(std::string_view title, Pages& pages, const OutputOptions& options,
                         const Print& print) {
  if (options.format == "yaml-stream") {
    while (const std::optional<Document> page = TRY(pages.next())) {
      std::string out;
      append_yaml(out, Document::of_array({TRY(apply_query(*page, options))}));
      print(out);
    }
    return Unit{};
  }
  if (options.format != "text") return print_answer(title, TRY(pages.whole()), options, print);
  for (bool is_first = true;; is_first = false) {
    const std::optional<Document> page = TRY(pages.next());
    if (!page) break;
    Document current = is_first ? pages.once() : Document::of_object({});
    for (const std::string& path : pages.result_paths())
      set_path(current, path, search_path(*page, path));
    print_text(TRY(apply_query(current, options)), print);
  }
  if (pages.resume_token()) {
    Document inner = Document::of_object({});
    inner.set("NextToken", Document::of_string(*pages.resume_token()));
    Document outer = Document::of_object({});
    outer.set("NextToken", std::move(inner));
    print_text(TRY(apply_query(outer, options)), print);
  }
  return Unit{};
}

}  // namespace levada::cli
