#include "timestream/stream_feed.h"

#include "state/fields.h"

namespace levada::timestream {

Buffer encode(const FeedProgress& progress) {
  Buffer out;
  state::FieldWriter to(out);
  to.number(1, progress.table.value());
  to.text(2, progress.stream);
  for (const auto& [shard, position] : progress.positions)
    to.nested(3, [&](state::FieldWriter& in) {
      in.text(1, shard);
      in.text(2, position);
    });
  to.number(4, progress.records);
  to.number(5, progress.bad);
  to.text(6, progress.last_error);
  return out;
}

Result<FeedProgress> decode_feed_progress(ByteView bytes) {
  FeedProgress progress;
  state::FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) progress.table = TableId(f->number);
    if (f->id == 2) progress.stream = f->text();
    if (f->id == 3) {
      std::string shard, position;
      state::FieldReader inner(f->bytes);
      while (const auto g = inner.next()) (g->id == 1 ? shard : position) = g->text();
      progress.positions[shard] = position;
    }
    if (f->id == 4) progress.records = f->number;
    if (f->id == 5) progress.bad = f->number;
    if (f->id == 6) progress.last_error = f->text();
  }
  if (from.broken()) return fail(ErrorKind::corrupt, "a feed's progress does not decode");
  return progress;
}

}  // namespace levada::timestream
