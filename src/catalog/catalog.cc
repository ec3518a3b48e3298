#include "catalog/catalog.h"

namespace levada::catalog {
namespace {

Task<Unit> update(StreamTable& table, const std::vector<StreamStep>& steps,
                  const std::map<AccountKey, AccountSettings>& accounts) {
  for (const StreamStep& step : steps) {
    if (step.after != nullptr)
      table.put(step.after);
    else
      table.remove(*step.before);
  }
  for (const auto& [key, settings] : accounts) table.put(key, settings);
  co_return Unit{};
}

}  // namespace

Catalog::Catalog(const log::Journals& journals, io::Disk& disk, std::string checkpoint_path,
                 std::vector<TableHost> tables)
    : journal_(journals.of(log::catalog_partition)),
      fold_(journal_, log::catalog_partition, state_, disk,
            state::FoldOptions{.checkpoint_path = std::move(checkpoint_path)}),
      turn_(journal_.reactor),
      tables_(std::move(tables)) {}

Task<Unit> Catalog::open() {
  co_await fold_.open();
  std::vector<StreamStep> all;
  for (const auto& [key, stream] : state_.streams()) all.push_back({nullptr, stream});
  co_await publish(std::move(all));
  co_return Unit{};
}

Task<Unit> Catalog::change(Decide decide) {
  state::Turn::Held held = co_await turn_.take();
  Decision decision = co_await decide(state_);
  if (decision.changes().empty()) co_return Unit{};
  Buffer bytes = decision.encode();
  co_await fold_.commit(std::move(bytes));
  std::vector<StreamStep> steps = state_.steps();
  if (witness_ != nullptr) (void)co_await outcome(witness_->before_publication(steps));
  co_await publish(steps);
  if (witness_ != nullptr) (void)co_await outcome(witness_->after_publication(steps));
  co_return Unit{};
}

Task<Unit> Catalog::change_from(io::Reactor& caller, Decide decide) {
  const auto there = [this, &decide] { return change(std::move(decide)); };
  co_return co_await outcome(io::call(caller, journal_.reactor, there));
}

Task<Unit> Catalog::publish(std::vector<StreamStep> steps) {
  for (const TableHost& host : tables_) {
    const auto there = [&] { return update(host.table, steps, state_.accounts()); };
    co_await io::call(journal_.reactor, host.reactor, there);
  }
  co_return Unit{};
}

}  // namespace levada::catalog
