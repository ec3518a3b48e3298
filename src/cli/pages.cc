#include "cli/pages.h"

#include "cli/exit_code.h"
#include "cli/json_text.h"
#include "cli/text.h"
#include "wire/base64.h"

namespace levada::cli {

namespace {

constexpr std::string_view truncation_key = "boto_truncate_amount";

bool is_true(const Document& value) {
  switch (value.kind()) {
    case Document::Kind::null:
      return false;
    case Document::Kind::boolean:
      return value.boolean();
    case Document::Kind::string:
      return !value.string().empty();
    case Document::Kind::array:
      return !value.items().empty();
    default:
      return !value.is_number() || value.real() != 0;
  }
}

std::size_t item_count(const Document& list) { return list.is_array() ? list.items().size() : 0; }

// Keys of `from` into `to`, objects into objects.
void merge(Document& to, const Document& from) {
  for (const Document::Member& member : from.members()) {
    Document* const present = to.find(member.name);
    if (present != nullptr && present->is_object() && member.value.is_object()) {
      merge(*present, member.value);
    } else {
      to.set(member.name, member.value);
    }
  }
}

}  // namespace

void set_path(Document& object, std::string_view path, Document value) {
  Document* at = &object;
  for (std::size_t dot = path.find('.'); dot != path.npos; dot = path.find('.')) {
    const std::string_view name = path.substr(0, dot);
    path.remove_prefix(dot + 1);
    if (at->find(name) == nullptr) at->set(name, Document::of_object({}));
    at = at->find(name);
    if (!at->is_object()) return;
  }
  at->set(path, std::move(value));
}

Pages::Pages(const aws::Paginator& paginator, Document parameters, PageOptions options, Fetch fetch)
    : paginator_(paginator),
      parameters_(std::move(parameters)),
      options_(std::move(options)),
      fetch_(std::move(fetch)) {
  result_paths_.emplace_back(paginator.result);
  for (const std::string_view path : paginator.further_results) result_paths_.emplace_back(path);
}

Result<Pages::Token> Pages::read_starting_token() const {
  const std::string& given = *options_.starting_token;
  const std::optional<std::string> decoded = lenient_base64(given);
  if (decoded) {
    const Result<Document> token = read_json(*decoded);
    if (token && token->is_object()) {
      Token read;
      const Document* const skip = token->find(truncation_key);
      if (skip != nullptr && skip->is(Document::Kind::integer)) read.skip = skip->integer();
      const Document* const text = token->find(paginator_.token_in);
      if (text != nullptr && text->is_string()) read.text = text->string();
      return read;
    }
  }
  // A token of the service itself, perhaps with an index behind three underscores.
  const std::size_t divider = given.find("___");
  if (divider == std::string::npos)
    return Token{given == "None" ? std::nullopt : std::optional(given)};
  const std::string index = given.substr(divider + 3);
  if (index.find("___") != std::string::npos)
    return fail_as(ExitCode::general, "Bad starting token: " + given);
  if (index.empty() || index.find_first_not_of("0123456789") != std::string::npos ||
      index.size() > 18)
    return Token{given};
  const std::string text = given.substr(0, divider);
  return Token{text == "None" ? std::nullopt : std::optional(text), std::stoll(index)};
}

void Pages::set_token(const std::optional<std::string>& token) {
  if (token && *token != "None") {
    parameters_.set(paginator_.token_in, Document::of_string(*token));
  } else {
    parameters_.erase(paginator_.token_in);
  }
}

void Pages::skip_first_items(Document& page) {
  const Document all = search_path(page, result_paths_.front());
  if (all.is_array()) {
    const auto skip = std::min<std::size_t>(static_cast<std::size_t>(skipped_), item_count(all));
    set_path(page, result_paths_.front(),
             Document::of_array(
                 {all.items().begin() + static_cast<std::ptrdiff_t>(skip), all.items().end()}));
  } else {
    set_path(page, result_paths_.front(), Document());
  }
  for (std::size_t i = 1; i < result_paths_.size(); ++i) {
    const Document sample = search_path(page, result_paths_[i]);
    Document empty;
    if (sample.is_array()) empty = Document::of_array({});
    if (sample.is_string()) empty = Document::of_string("");
    if (sample.is_number()) empty = Document::of_integer(0);
    set_path(page, result_paths_[i], std::move(empty));
  }
}

Result<std::optional<Document>> Pages::next() {
  if (ended_) return std::nullopt;
  if (is_first_) {
    if (options_.starting_token) {
      const Token token = TRY(read_starting_token());
      token_ = token.text;
      skipped_ = token.skip;
      set_token(token_);
    }
    if (options_.page_size)
      parameters_.set(paginator_.limit, Document::of_integer(*options_.page_size));
  }
  Document page = TRY(fetch_(parameters_));
  if (is_first_) {
    if (options_.starting_token) skip_first_items(page);
    for (const std::string_view path : paginator_.once)
      set_path(once_, path, search_path(page, path));
  } else {
    skipped_ = 0;
  }
  is_first_ = false;

  const Document result = search_path(page, result_paths_.front());
  const auto count = static_cast<std::int64_t>(item_count(result));
  if (options_.items_max && items_ + count > *options_.items_max) {
    const std::int64_t kept = count - (items_ + count - *options_.items_max);
    Document::Array items;
    if (kept > 0) items.assign(result.items().begin(), result.items().begin() + kept);
    set_path(page, result_paths_.front(), Document::of_array(std::move(items)));
    Document resume = Document::of_object({});
    resume.set(paginator_.token_in, token_ ? Document::of_string(*token_) : Document());
    resume.set(truncation_key, Document::of_integer(kept + skipped_));
    resume_token_ = wire::base64_encode(as_bytes(json_line(resume)));
    ended_ = true;
    return page;
  }
  items_ += count;
  token_.reset();
  if (paginator_.more.empty() || is_true(search_path(page, paginator_.more))) {
    const Document token = search_path(page, paginator_.token_out);
    if (token.is_string() && !token.string().empty()) token_ = token.string();
  }
  if (!token_) {
    ended_ = true;
  } else if (options_.items_max && items_ == *options_.items_max) {
    Document resume = Document::of_object({});
    resume.set(paginator_.token_in, Document::of_string(*token_));
    resume_token_ = wire::base64_encode(as_bytes(json_line(resume)));
    ended_ = true;
  } else if (previous_token_ == token_) {
    Document same = Document::of_object({});
    same.set(paginator_.token_in, Document::of_string(*token_));
    return fail_as(
        ExitCode::general,
        "Error during pagination: The same next token was received twice: " + python_repr(same));
  } else {
    set_token(token_);
    previous_token_ = token_;
  }
  return page;
}

Result<Document> Pages::whole() {
  Document complete = Document::of_object({});
  while (const std::optional<Document> page = TRY(next())) {
    for (const std::string& path : result_paths_) {
      Document value = search_path(*page, path);
      if (value.is_null()) continue;
      Document joined = search_path(complete, path);
      if (joined.is_array() && value.is_array()) {
        joined.items().insert(joined.items().end(), value.items().begin(), value.items().end());
        value = std::move(joined);
      } else if (!joined.is_null() && !value.is_array()) {
        continue;  // only lists grow in the services that are here
      }
      set_path(complete, path, std::move(value));
    }
  }
  merge(complete, once_);
  if (resume_token_) complete.set("NextToken", Document::of_string(*resume_token_));
  return complete;
}

}  // namespace levada::cli
