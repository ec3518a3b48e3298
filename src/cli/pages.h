#pragma once
// An answer that comes in pages, one call each, as botocore's paginators walk them: --max-items,
// --page-size and --starting-token count items, not pages.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "aws/schema.h"
#include "base/result.h"
#include "cli/document.h"
#include "cli/jmespath.h"

namespace levada::cli {

struct PageOptions {
  std::optional<std::int64_t> items_max;
  std::optional<std::int64_t> page_size;
  std::optional<std::string> starting_token;
};

class Pages {
 public:
  using Fetch = std::function<Result<Document>(const Document& parameters)>;
  Pages(const aws::Paginator& paginator, Document parameters, PageOptions options, Fetch fetch);

  // The next page; nothing behind the last. A truncated page ends the walk.
  Result<std::optional<Document>> next();

  const std::vector<std::string>& result_paths() const { return result_paths_; }
  // What the first page alone said, known after the first `next`.
  const Document& once() const { return once_; }
  // Where to go on when the walk was cut short; of meaning at the end.
  const std::optional<std::string>& resume_token() const { return resume_token_; }

  // Every page, joined.
  Result<Document> whole();

 private:
  struct Token {
    std::optional<std::string> text;
    std::int64_t skip = 0;  // items of that page that were given out before
  };
  Result<Token> read_starting_token() const;
  void set_token(const std::optional<std::string>& token);
  void skip_first_items(Document& page);

  const aws::Paginator& paginator_;
  Document parameters_;
  PageOptions options_;
  Fetch fetch_;
  std::vector<std::string> result_paths_;
  std::int64_t items_ = 0;
  std::int64_t skipped_ = 0;
  bool is_first_ = true;
  bool ended_ = false;
  std::optional<std::string> token_;  // of the page that comes next
  std::optional<std::string> previous_token_;
  Document once_ = Document::of_object({});
  std::optional<std::string> resume_token_;
};

// Sets "a.b" in an object, making what is missing on the way.
void set_path(Document& object, std::string_view path, Document value);

}  // namespace levada::cli
