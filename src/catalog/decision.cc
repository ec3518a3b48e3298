#include "catalog/decision.h"

#include <algorithm>

namespace levada::catalog {
namespace {

// What PutAttributes carries: all but shards and consumers.
Stream attributes_of(const Stream& stream) {
  Stream copy;
  copy.id = stream.id;
  copy.key = stream.key;
  copy.created = stream.created;
  copy.status = stream.status;
  copy.due = stream.due;
  copy.mode = stream.mode;
  copy.retention_hours = stream.retention_hours;
  copy.trim_mark = stream.trim_mark;
  copy.record_kib_max = stream.record_kib_max;
  copy.warm_mib_per_second = stream.warm_mib_per_second;
  copy.encryption = stream.encryption;
  copy.key_id = stream.key_id;
  copy.distribution = stream.distribution;
  copy.metrics = stream.metrics;
  copy.tags = stream.tags;
  copy.policy = stream.policy;
  copy.next_shard = stream.next_shard;
  copy.reshardings = stream.reshardings;
  copy.mode_changes = stream.mode_changes;
  copy.encryption_changes = stream.encryption_changes;
  copy.data_keys = stream.data_keys;
  return copy;
}

bool same_attributes(const Stream& a, const Stream& b) {
  const auto all = [](const Stream& s) {
    return std::tie(s.id, s.key, s.created, s.status, s.due, s.mode, s.retention_hours, s.trim_mark,
                    s.record_kib_max, s.warm_mib_per_second, s.encryption, s.key_id, s.distribution,
                    s.metrics, s.tags, s.policy, s.next_shard, s.reshardings, s.mode_changes,
                    s.encryption_changes, s.data_keys);
  };
  return all(a) == all(b);
}

std::uint64_t millis(UnixMillis moment) { return static_cast<std::uint64_t>(moment.count()); }
UnixMillis moment(std::uint64_t count) { return UnixMillis(static_cast<std::int64_t>(count)); }

// Field numbers are for ever. Optional values are written plus one, because zero is left out.
namespace change_field {
enum : std::uint32_t {
  attributes = 1,
  remove_stream,
  put_shards,
  remove_shards,
  put_consumer,
  remove_consumer,
  account,
  counters
};
}

void write(state::FieldWriter& to, const Tags& tags, std::uint32_t field) {
  for (const auto& [key, value] : tags)
    to.nested(field, [&](state::FieldWriter& tag) {
      tag.text(1, key);
      tag.text(2, value);
    });
}

void read_tag(Tags& tags, ByteView bytes) {
  state::FieldReader from(bytes);
  std::string key, value;
  while (const auto field = from.next()) (field->id == 1 ? key : value) = field->text();
  tags.insert_or_assign(std::move(key), std::move(value));
}

void write(state::FieldWriter& to, const DataKey& key) {
  to.number(1, key.number);
  to.number(2, millis(key.made));
  to.text(3, key.master_key);
  to.number(4, key.master_version);
  to.bytes(5, key.envelope);
}

bool read(ByteView bytes, DataKey& key) {
  state::FieldReader from(bytes);
  while (const auto f = from.next()) {
    switch (f->id) {
      case 1:
        key.number = static_cast<std::uint32_t>(f->number);
        break;
      case 2:
        key.made = moment(f->number);
        break;
      case 3:
        key.master_key = f->text();
        break;
      case 4:
        key.master_version = static_cast<std::uint32_t>(f->number);
        break;
      case 5:
        key.envelope.assign(f->bytes.begin(), f->bytes.end());
        break;
      default:
        break;
    }
  }
  return !from.broken();
}

void write(state::FieldWriter& to, const Stream& s) {
  to.number(1, s.id.value());
  to.text(2, s.key.account);
  to.text(3, s.key.region);
  to.text(4, s.key.name);
  to.number(5, millis(s.created));
  to.number(6, static_cast<std::uint64_t>(s.status));
  to.number(7, millis(s.due));
  to.number(8, static_cast<std::uint64_t>(s.mode));
  to.number(9, s.retention_hours);
  to.number(10, millis(s.trim_mark));
  to.number(11, s.record_kib_max);
  to.number(12, s.warm_mib_per_second);
  to.number(13, static_cast<std::uint64_t>(s.encryption));
  to.text(14, s.key_id);
  to.number(15, static_cast<std::uint64_t>(s.distribution));
  to.number(16, s.metrics);
  write(to, s.tags, 17);
  to.text(18, s.policy);
  to.number(19, s.next_shard.value());
  for (const UnixMillis at : s.reshardings) to.number(20, millis(at));
  for (const UnixMillis at : s.mode_changes) to.number(21, millis(at));
  for (const UnixMillis at : s.encryption_changes) to.number(22, millis(at));
  for (const DataKey& key : s.data_keys)
    to.nested(23, [&](state::FieldWriter& in) { write(in, key); });
}

bool read(ByteView bytes, Stream& s) {
  s.status = StreamStatus::creating;  // what zero means, where the default is something else
  s.record_kib_max = 0;
  s.retention_hours = 0;
  state::FieldReader from(bytes);
  while (const auto f = from.next()) {
    switch (f->id) {
      case 1:
        s.id = StreamId(f->number);
        break;
      case 2:
        s.key.account = f->text();
        break;
      case 3:
        s.key.region = f->text();
        break;
      case 4:
        s.key.name = f->text();
        break;
      case 5:
        s.created = moment(f->number);
        break;
      case 6:
        s.status = static_cast<StreamStatus>(f->number);
        break;
      case 7:
        s.due = moment(f->number);
        break;
      case 8:
        s.mode = static_cast<StreamMode>(f->number);
        break;
      case 9:
        s.retention_hours = static_cast<std::uint32_t>(f->number);
        break;
      case 10:
        s.trim_mark = moment(f->number);
        break;
      case 11:
        s.record_kib_max = static_cast<std::uint32_t>(f->number);
        break;
      case 12:
        s.warm_mib_per_second = static_cast<std::uint32_t>(f->number);
        break;
      case 13:
        s.encryption = static_cast<Encryption>(f->number);
        break;
      case 14:
        s.key_id = f->text();
        break;
      case 15:
        s.distribution = static_cast<Distribution>(f->number);
        break;
      case 16:
        s.metrics = static_cast<ShardMetrics>(f->number);
        break;
      case 17:
        read_tag(s.tags, f->bytes);
        break;
      case 18:
        s.policy = f->text();
        break;
      case 19:
        s.next_shard = ShardIndex(static_cast<std::uint32_t>(f->number));
        break;
      case 20:
        s.reshardings.push_back(moment(f->number));
        break;
      case 21:
        s.mode_changes.push_back(moment(f->number));
        break;
      case 22:
        s.encryption_changes.push_back(moment(f->number));
        break;
      case 23:
        if (!read(f->bytes, s.data_keys.emplace_back())) return false;
        break;
      default:
        break;
    }
  }
  return !from.broken();
}

void write_wide(state::FieldWriter& to, std::uint32_t field, Uint128 value) {
  to.number(field, static_cast<std::uint64_t>(value >> 64));
  to.number(field + 1, static_cast<std::uint64_t>(value));
}

void write(state::FieldWriter& to, const Shard& s) {
  to.number(1, s.index.value());
  write_wide(to, 2, s.range.first);
  write_wide(to, 4, s.range.last);
  if (s.parent) to.number(6, std::uint64_t{s.parent->value()} + 1);
  if (s.adjacent_parent) to.number(7, std::uint64_t{s.adjacent_parent->value()} + 1);
  to.number(8, millis(s.created));
  if (s.closed) to.number(9, millis(*s.closed) + 1);
  to.number(10, s.partition.value());
}

bool read(ByteView bytes, Shard& s) {
  state::FieldReader from(bytes);
  const auto index = [](std::uint64_t n) { return ShardIndex(static_cast<std::uint32_t>(n)); };
  while (const auto f = from.next()) {
    switch (f->id) {
      case 1:
        s.index = index(f->number);
        break;
      case 2:
        s.range.first |= Uint128{f->number} << 64;
        break;
      case 3:
        s.range.first |= f->number;
        break;
      case 4:
        s.range.last |= Uint128{f->number} << 64;
        break;
      case 5:
        s.range.last |= f->number;
        break;
      case 6:
        s.parent = index(f->number - 1);
        break;
      case 7:
        s.adjacent_parent = index(f->number - 1);
        break;
      case 8:
        s.created = moment(f->number);
        break;
      case 9:
        s.closed = moment(f->number - 1);
        break;
      case 10:
        s.partition = log::PartitionId(f->number);
        break;
      default:
        break;
    }
  }
  return !from.broken();
}

void write(state::FieldWriter& to, const Consumer& c) {
  to.text(1, c.name);
  to.number(2, millis(c.created));
  to.number(3, static_cast<std::uint64_t>(c.status));
  to.number(4, millis(c.due));
  write(to, c.tags, 5);
  to.text(6, c.policy);
}

bool read(ByteView bytes, Consumer& c) {
  c.status = ConsumerStatus::creating;
  state::FieldReader from(bytes);
  while (const auto f = from.next()) {
    switch (f->id) {
      case 1:
        c.name = f->text();
        break;
      case 2:
        c.created = moment(f->number);
        break;
      case 3:
        c.status = static_cast<ConsumerStatus>(f->number);
        break;
      case 4:
        c.due = moment(f->number);
        break;
      case 5:
        read_tag(c.tags, f->bytes);
        break;
      case 6:
        c.policy = f->text();
        break;
      default:
        break;
    }
  }
  return !from.broken();
}

void write(state::FieldWriter& to, const PutAccount& a) {
  to.text(1, a.key.account);
  to.text(2, a.key.region);
  to.number(3, static_cast<std::uint64_t>(a.settings.commitment));
  if (a.settings.started) to.number(4, millis(*a.settings.started));
  if (a.settings.ended) to.number(5, millis(*a.settings.ended));
  if (a.settings.earliest_end) to.number(6, millis(*a.settings.earliest_end));
}

bool read(ByteView bytes, PutAccount& a) {
  state::FieldReader from(bytes);
  while (const auto f = from.next()) {
    switch (f->id) {
      case 1:
        a.key.account = f->text();
        break;
      case 2:
        a.key.region = f->text();
        break;
      case 3:
        a.settings.commitment = static_cast<Commitment>(f->number);
        break;
      case 4:
        a.settings.started = moment(f->number);
        break;
      case 5:
        a.settings.ended = moment(f->number);
        break;
      case 6:
        a.settings.earliest_end = moment(f->number);
        break;
      default:
        break;
    }
  }
  return !from.broken();
}

struct ChangeWriter {
  state::FieldWriter& to;
  void operator()(const PutAttributes& c) {
    to.nested(change_field::attributes, [&](auto& in) { write(in, c.stream); });
  }
  void operator()(const RemoveStream& c) {
    to.nested(change_field::remove_stream, [&](auto& in) { in.number(1, c.stream.value()); });
  }
  void operator()(const PutShards& c) {
    to.nested(change_field::put_shards, [&](auto& in) {
      in.number(1, c.stream.value());
      for (const Shard& shard : c.shards) in.nested(2, [&](auto& s) { write(s, shard); });
    });
  }
  void operator()(const RemoveShards& c) {
    to.nested(change_field::remove_shards, [&](auto& in) {
      in.number(1, c.stream.value());
      for (const ShardIndex shard : c.shards) in.number(2, std::uint64_t{shard.value()} + 1);
    });
  }
  void operator()(const PutConsumer& c) {
    to.nested(change_field::put_consumer, [&](auto& in) {
      in.number(1, c.stream.value());
      in.nested(2, [&](auto& consumer) { write(consumer, c.consumer); });
    });
  }
  void operator()(const RemoveConsumer& c) {
    to.nested(change_field::remove_consumer, [&](auto& in) {
      in.number(1, c.stream.value());
      in.text(2, c.name);
    });
  }
  void operator()(const PutAccount& c) {
    to.nested(change_field::account, [&](auto& in) { write(in, c); });
  }
  void operator()(const PutCounters& c) {
    to.nested(change_field::counters, [&](auto& in) {
      in.number(1, c.next_stream);
      in.number(2, c.next_partition);
    });
  }
};

// Changes that are a stream and parts of it: field 1 the stream, field 2 each part.
template <class Part>
bool read_parts(ByteView bytes, StreamId& stream, const Part& part) {
  state::FieldReader from(bytes);
  while (const auto f = from.next()) {
    if (f->id == 1) stream = StreamId(f->number);
    if (f->id == 2 && !part(*f)) return false;
  }
  return !from.broken();
}

bool read_change(const state::Field& f, std::vector<Change>& out) {
  switch (f.id) {
    case change_field::attributes:
      return read(f.bytes, std::get<PutAttributes>(out.emplace_back(PutAttributes{})).stream);
    case change_field::remove_stream: {
      auto& c = std::get<RemoveStream>(out.emplace_back(RemoveStream{}));
      return read_parts(f.bytes, c.stream, [](const auto&) { return true; });
    }
    case change_field::put_shards: {
      auto& c = std::get<PutShards>(out.emplace_back(PutShards{}));
      return read_parts(f.bytes, c.stream,
                        [&](const auto& s) { return read(s.bytes, c.shards.emplace_back()); });
    }
    case change_field::remove_shards: {
      auto& c = std::get<RemoveShards>(out.emplace_back(RemoveShards{}));
      return read_parts(f.bytes, c.stream, [&](const auto& s) {
        c.shards.push_back(ShardIndex(static_cast<std::uint32_t>(s.number - 1)));
        return true;
      });
    }
    case change_field::put_consumer: {
      auto& c = std::get<PutConsumer>(out.emplace_back(PutConsumer{}));
      return read_parts(f.bytes, c.stream,
                        [&](const auto& s) { return read(s.bytes, c.consumer); });
    }
    case change_field::remove_consumer: {
      auto& c = std::get<RemoveConsumer>(out.emplace_back(RemoveConsumer{}));
      return read_parts(f.bytes, c.stream, [&](const auto& s) {
        c.name = s.text();
        return true;
      });
    }
    case change_field::account:
      return read(f.bytes, std::get<PutAccount>(out.emplace_back(PutAccount{})));
    case change_field::counters: {
      auto& c = std::get<PutCounters>(out.emplace_back(PutCounters{}));
      state::FieldReader from(f.bytes);
      while (const auto n = from.next())
        (n->id == 1 ? c.next_stream : c.next_partition) = n->number;
      return !from.broken();
    }
    default:
      return false;
  }
}

}  // namespace

void Decision::put(const Stream* before, const Stream& after) {
  static const Stream nothing;
  const Stream& old = before != nullptr ? *before : nothing;
  if (before == nullptr || !same_attributes(old, after))
    changes_.push_back(PutAttributes{attributes_of(after)});

  PutShards put_shards{after.id, {}};
  for (const Shard& shard : after.shards) {
    const Shard* was = old.find(shard.index);
    if (was == nullptr || !(*was == shard)) put_shards.shards.push_back(shard);
  }
  RemoveShards gone{after.id, {}};
  for (const Shard& shard : old.shards)
    if (after.find(shard.index) == nullptr) gone.shards.push_back(shard.index);
  if (!put_shards.shards.empty()) changes_.push_back(std::move(put_shards));
  if (!gone.shards.empty()) changes_.push_back(std::move(gone));

  for (const auto& [name, consumer] : after.consumers) {
    const auto was = old.consumers.find(name);
    if (was == old.consumers.end() || !(was->second == consumer))
      changes_.push_back(PutConsumer{after.id, consumer});
  }
  for (const auto& [name, consumer] : old.consumers)
    if (!after.consumers.contains(name)) changes_.push_back(RemoveConsumer{after.id, name});
}

void Decision::remove(StreamId stream) {
  changes_.emplace_back(std::in_place_type<RemoveStream>, RemoveStream{stream});
}
void Decision::put(AccountKey key, AccountSettings settings) {
  changes_.emplace_back(std::in_place_type<PutAccount>, PutAccount{std::move(key), settings});
}
void Decision::put(PutCounters counters) {
  changes_.emplace_back(std::in_place_type<PutCounters>, counters);
}

Buffer Decision::encode() const {
  Buffer out;
  state::FieldWriter to(out);
  for (const Change& change : changes_) std::visit(ChangeWriter{to}, change);
  return out;
}

Result<std::vector<Change>> decode_changes(ByteView bytes) {
  std::vector<Change> changes;
  state::FieldReader from(bytes);
  while (const auto field = from.next()) {
    if (!field->is_bytes || field->id > change_field::counters || field->id == 0)
      return fail(ErrorKind::unsupported, "a change that a newer Levada decided");
    if (!read_change(*field, changes)) return fail(ErrorKind::corrupt, "a change does not decode");
  }
  if (from.broken()) return fail(ErrorKind::corrupt, "a decision does not decode");
  return changes;
}

}  // namespace levada::catalog
