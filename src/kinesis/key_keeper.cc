#include "kinesis/key_keeper.h"

#include <filesystem>

#include "keys/key_text.h"
#include "kinesis/stream_lookup.h"

namespace levada::kinesis {
namespace {

// A key that was replaced may still seal on a reactor that has not heard of it.
constexpr std::chrono::hours replaced_for_sure(1);

bool names_own_key(std::string_view name) {
  return name == keys::managed_alias || name.ends_with(std::string(":") + "alias/aws/kinesis");
}

const keys::MasterKey* own_key(const keys::KeyStore& store) {
  for (const keys::MasterKey& key : store.keys())
    if (key.managed()) return &key;
  return nullptr;
}

// Whoever wrote the file may not have come to that yet. Data keys must not outlive the master key
// that seals them: after a power failure nobody could read what they encrypt.
Task<Unit> make_durable(io::Disk& disk, std::string path) {
  std::string folder = std::filesystem::path(path).parent_path().string();
  if (folder.empty()) folder = ".";
  io::OpenOptions look;
  look.write = false;
  const std::unique_ptr<io::File> file = co_await disk.open(path, look);
  co_await file->sync();
  co_await disk.sync_directory(folder);
  co_return Unit{};
}

}  // namespace

void add_data_key(catalog::Stream& stream, catalog::DataKey key, UnixMillis now) {
  const UnixMillis horizon = trim_horizon(stream, now) - replaced_for_sure;
  std::vector<catalog::DataKey>& keys = stream.data_keys;
  while (keys.size() > 1 && keys[1].made < horizon) keys.erase(keys.begin());
  keys.push_back(std::move(key));
}

KeyKeeper::KeyKeeper(catalog::Catalog& catalog, io::Disk& disk, io::Random& random,
                     std::string path, std::vector<CipherHost> ciphers)
    : catalog_(catalog),
      disk_(disk),
      random_(random),
      path_(std::move(path)),
      ciphers_(std::move(ciphers)),
      turn_(catalog.reactor()),
      store_(std::make_shared<const keys::KeyStore>()) {}

Task<bool> KeyKeeper::read() {
  Result<Buffer> file = co_await outcome(io::read_file(disk_, path_, keys::key_file_max));
  if (!file && file.error().kind != ErrorKind::not_found)
    co_return tl::unexpected<Error>(std::move(file).error());
  std::string text = file ? std::string(as_text(*file)) : std::string();
  if (text == text_) co_return false;
  Result<keys::KeyStore> store =
      text.empty() ? Result<keys::KeyStore>(keys::KeyStore{}) : keys::read_key_store(text);
  if (!store) co_return fail(store.error().kind, path_ + ": " + store.error().message);
  if (file) co_await make_durable(disk_, path_);
  text_ = std::move(text);
  store_ = std::make_shared<const keys::KeyStore>(std::move(*store));
  co_return true;
}

Task<Unit> KeyKeeper::tell() {
  const auto use = [](RecordCipher& cipher,
                      std::shared_ptr<const keys::KeyStore> store) -> Task<Unit> {
    cipher.use(std::move(store));
    co_return Unit{};
  };
  for (const CipherHost& host : ciphers_) {
    const auto there = [&host, &use, store = store_] { return use(host.cipher, store); };
    co_await io::call(catalog_.reactor(), host.reactor, there);
  }
  co_return Unit{};
}

Task<Unit> KeyKeeper::open() {
  co_await read();
  co_await tell();
  co_return co_await outcome(renew_data_keys());
}

Task<Unit> KeyKeeper::refresh() {
  state::Turn::Held held = co_await turn_.take();
  co_return co_await outcome(take_up());
}

Task<Unit> KeyKeeper::take_up() {
  const bool changed = co_await read();
  if (!changed) co_return Unit{};
  co_await tell();
  co_return co_await outcome(renew_data_keys());
}

Task<Unit> KeyKeeper::prepare(std::string key_name) {
  state::Turn::Held held = co_await turn_.take();
  co_await take_up();
  if (!names_own_key(key_name) || own_key(*store_) != nullptr) co_return Unit{};
  keys::KeyStore store = *store_;
  store.create({}, std::string(keys::managed_alias), reactor().clock().now(), random_);
  const std::string text = keys::write_key_store(store);
  co_await io::replace_file(disk_, path_, as_bytes(text), io::Readers::owner);
  co_return co_await outcome(take_up());
}

Result<catalog::DataKey> KeyKeeper::fresh_data_key(const catalog::Stream& stream,
                                                   std::string_view key_name) {
  const keys::KeyOwner who{stream.key.account, stream.key.region};
  const auto master = store_->find(who, key_name);
  if (!master) return refuse_key(master.error(), key_name, who);
  const UnixMillis now = reactor().clock().now();
  if (const auto fit = keys::usable(**master, now); !fit)
    return refuse_key(fit.error(), (*master)->id, who);
  keys::KeyMaterial material;
  random_.fill(material);
  catalog::DataKey key;
  key.number = stream.data_keys.empty() ? 1 : stream.data_keys.back().number + 1;
  key.made = now;
  key.master_key = (*master)->id;
  key.master_version = (*master)->newest().number;
  key.envelope = keys::wrap((*master)->newest(), envelope_context(stream.id), material, random_);
  return key;
}

bool KeyKeeper::outdated(const catalog::Stream& stream) const {
  if (stream.encryption != catalog::Encryption::kms) return false;
  if (stream.data_keys.empty()) return true;  // of a version that only remembered the setting
  const catalog::DataKey& newest = stream.data_keys.back();
  const keys::MasterKey* master = store_->by_id(newest.master_key);
  return master != nullptr && master->newest().number > newest.master_version;
}

// A master key that cannot be used now leaves its streams as they are; they say so when written.
Task<Unit> KeyKeeper::renew_data_keys() {
  std::vector<catalog::StreamId> streams;
  for (const auto& [key, stream] : catalog_.state().streams())
    if (outdated(*stream)) streams.push_back(stream->id);
  for (const catalog::StreamId id : streams) {
    const auto renew = [this, id](const catalog::CatalogState& state) -> Result<catalog::Decision> {
      catalog::Decision decision;
      const catalog::StreamSnapshot before = state.find(id);
      if (before == nullptr || !outdated(*before)) return decision;
      catalog::Stream after = *before;
      const std::string& name =
          before->data_keys.empty() ? before->key_id : before->data_keys.back().master_key;
      catalog::DataKey key = TRY(fresh_data_key(*before, name));
      add_data_key(after, std::move(key), reactor().clock().now());
      decision.put(before.get(), after);
      return decision;
    };
    (void)co_await outcome(catalog_.change(renew));
  }
  co_return Unit{};
}

}  // namespace levada::kinesis
