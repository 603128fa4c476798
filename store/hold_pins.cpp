#include "store/hold_pins.h"

#include "store/byte_codec.h"

namespace trailkeeper::store {
namespace {

// A hold's name has no zero byte, and at most 200 others.
std::string prefix_of(std::string_view hold) {
  std::string prefix{hold};
  prefix.push_back('\0');
  return prefix;
}

std::string key_of(std::string_view hold, const EventKey& key, std::uint64_t hash) {
  std::string name = prefix_of(hold);
  name.append(reinterpret_cast<const char*>(key.data()), key.size());
  put_fixed(hash, name);
  return name;
}

}  // namespace

bool is_pinned(const Transaction& transaction, std::string_view hold, const EventKey& key, std::uint64_t hash) {
  return transaction.get(TableId::pins, key_of(hold, key, hash)).has_value();
}

std::uint64_t pin_count(const Transaction& transaction, std::string_view hold) {
  const std::string prefix = prefix_of(hold);
  std::uint64_t count = 0;
  transaction.scan(TableId::pins, prefix, [&](std::string_view key, std::string_view) {
    if (!key.starts_with(prefix)) return false;
    ++count;
    return true;
  });
  return count;
}

void put_pin(Transaction& transaction, const HoldPin& pin) {
  const std::string key = key_of(pin.hold, pin.key, pin.hash);
  // LMDB has no empty values in mind; and most are there already.
  if (!transaction.get(TableId::pins, key)) transaction.put(TableId::pins, key, "1");
}

void erase_pins(Transaction& transaction, std::string_view hold) {
  const std::string prefix = prefix_of(hold);
  constexpr std::size_t kAtOnce = 4096;
  std::vector<std::string> keys;
  do {
    keys.clear();
    transaction.scan(TableId::pins, prefix, [&](std::string_view key, std::string_view) {
      if (!key.starts_with(prefix) || keys.size() == kAtOnce) return false;
      keys.emplace_back(key);
      return true;
    });
    for (const std::string& key : keys) transaction.erase(TableId::pins, key);
  } while (!keys.empty());
}

}  // namespace trailkeeper::store
