#include "kinesis/page_token.h"

#include "kinesis/text.h"
#include "state/fields.h"

namespace levada::kinesis {

Token seal_page(TokenSeal& seal, const PageToken& page) {
  Buffer content;
  state::FieldWriter to(content);
  to.number(1, static_cast<std::uint64_t>(page.listing));
  to.number(2, static_cast<std::uint64_t>(page.issued.count()));
  to.number(3, page.stream);
  to.text(4, page.after);
  to.number(5, page.next);
  to.number(6, page.filter);
  to.number(7, page.filter_shard);
  to.number(8, static_cast<std::uint64_t>(page.filter_time.count()));
  to.text(9, page.owner);
  return seal.seal({}, content);
}

Result<PageToken> open_page(TokenSeal& seal, ByteView token, Listing listing, UnixMillis now) {
  const std::optional<Buffer> content = seal.open(0, token);
  if (!content) return refuse(Refusal::invalid_argument, "Invalid NextToken.");
  PageToken page;
  state::FieldReader from(*content);
  while (const auto field = from.next()) {
    const std::uint64_t number = field->number;
    switch (field->id) {
      case 1:
        page.listing = static_cast<Listing>(number);
        break;
      case 2:
        page.issued = UnixMillis(static_cast<std::int64_t>(number));
        break;
      case 3:
        page.stream = number;
        break;
      case 4:
        page.after = field->text();
        break;
      case 5:
        page.next = static_cast<std::uint32_t>(number);
        break;
      case 6:
        page.filter = static_cast<std::uint32_t>(number);
        break;
      case 7:
        page.filter_shard = number;
        break;
      case 8:
        page.filter_time = UnixMillis(static_cast<std::int64_t>(number));
        break;
      case 9:
        page.owner = field->text();
        break;
      default:
        break;
    }
  }
  if (page.listing != listing) return refuse(Refusal::invalid_argument, "Invalid NextToken.");
  if (now - page.issued > page_token_life)
    return refuse(Refusal::expired_next_token, text::next_token_expired());
  return page;
}

}  // namespace levada::kinesis
