#include "ingest/intake.h"

#include <doctest/doctest.h>

#include <future>
#include <random>

#include "tests/support/random_event.h"
#include "tests/support/temporary_directory.h"

using namespace trailkeeper;
using namespace trailkeeper::ingest;
using namespace trailkeeper::tests;

namespace {

Delivery delivery_of(const std::vector<std::string>& items) {
  Delivery delivery;
  delivery.source = "test";
  delivery.items = static_cast<std::uint32_t>(items.size());
  for (std::uint32_t item = 0; item < items.size(); ++item) delivery.add(items[item], item);
  delivery.seal();
  return delivery;
}

std::string event_of(int number) {
  const std::string digits = std::to_string(100000000000 + number);
  return R"({"eventTime":"2024-05-01T10:00:00Z","eventName":"GetCredits","eventSource":"activate.amazonaws.com","eventID":"0a1b2c3d-0000-4000-8000-)" +
         digits + "\"}";
}

struct Fixture {
  TemporaryDirectory directory;
  store::Store store{directory.path(), store::Store::Mode::write};

  std::uint64_t stored() {
    std::uint64_t events = 0;
    const store::Snapshot snapshot = store.snapshot();
    for (const store::Segment& segment : snapshot.segments()) events += segment.size();
    return events;
  }
};

Receipt give(Intake& intake, Delivery delivery) {
  const auto promise = std::make_shared<std::promise<Receipt>>();
  auto receipt = promise->get_future();
  REQUIRE(intake.offer(std::move(delivery), [promise](Receipt given) { promise->set_value(std::move(given)); }));
  return receipt.get();
}

}  // namespace

TEST_CASE("a receipt comes after the commit and tells what became of each item") {
  Fixture fixture;
  Intake intake{fixture.store, {}};
  const Receipt first = give(intake, delivery_of({event_of(1), "{\"eventName\":1}", event_of(2)}));
  CHECK(fixture.stored() == 2);
  CHECK(fixture.store.snapshot().reject_count() == 1);
  CHECK(first.status == Receipt::Status::durable);
  CHECK(first.events == 2);
  CHECK(first.rejected == 1);
  REQUIRE(first.items.size() == 3);
  CHECK(first.items[0].events == 1);
  CHECK(first.items[1].rejected == 1);
  CHECK(first.items[1].reason == event::Reason::no_event_name);
  CHECK(first.items[2].events == 1);
  // An envelope is one item of many events; what was sent before is a duplicate, a rejected record is kept once.
  const Receipt again =
      give(intake, delivery_of({"{\"Records\":[" + event_of(2) + "," + event_of(3) + "," + event_of(3) + "]}",
                                "{\"eventName\":1}"}));
  CHECK(again.items[0].events == 1);
  CHECK(again.items[0].duplicates == 2);
  CHECK(fixture.stored() == 3);
  CHECK(fixture.store.snapshot().reject_count() == 1);
  CHECK(give(intake, delivery_of({})).status == Receipt::Status::durable);
}

TEST_CASE("a receipt counts rejected records by reason, whichever item they are of") {
  Fixture fixture;
  Intake intake{fixture.store, {}};
  const Receipt receipt = give(intake, delivery_of({"not json", "{\"Records\":[{\"a\":1},{\"a\":2},3]}"}));
  CHECK(receipt.rejected == 4);
  const std::map<event::Reason, std::uint64_t> expected{{event::Reason::not_an_object, 2},
                                                        {event::Reason::no_event_name, 2}};
  CHECK(receipt.reasons == expected);
}

TEST_CASE("deliveries of many threads share commits, and each event is stored once and acknowledged as new once") {
  Fixture fixture;
  IntakeOptions options;
  options.workers = 3;
  Intake intake{fixture.store, options};
  constexpr int kThreads = 4;
  constexpr int kDeliveries = 100;
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> duplicates{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      std::mt19937 random{static_cast<unsigned>(t)};
      for (int i = 0; i < kDeliveries; ++i) {
        std::vector<std::string> items;
        for (int k = 0; k < 5; ++k) items.push_back(event_of(static_cast<int>(random() % 300)));
        const Receipt receipt = give(intake, delivery_of(items));
        events += receipt.events;
        duplicates += receipt.duplicates;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(events == fixture.stored());
  CHECK(events + duplicates == kThreads * kDeliveries * 5);
  CHECK(intake.figures().events == events);
  CHECK(intake.figures().bytes_in_flight == 0);
}

TEST_CASE("more bytes than may be in flight are refused, nothing of them is taken, and room is told") {
  Fixture fixture;
  IntakeOptions options;
  options.max_bytes = 4096;
  Intake intake{fixture.store, options};
  std::promise<void> entered;
  std::promise<void> release;
  intake.observe([&](const auto&) {
    entered.set_value();
    release.get_future().wait();
  });
  std::atomic<int> answered{0};
  const auto count = [&](const Receipt&) { ++answered; };
  REQUIRE(intake.offer(delivery_of({event_of(1), std::string(3000, ' ')}), count));
  entered.get_future().wait();
  Delivery large = delivery_of({event_of(2), std::string(3000, ' ')});
  CHECK(!intake.offer(std::move(large), count));
  CHECK(large.documents.size() == 2);  // NOLINT(bugprone-use-after-move): a refused delivery stays with its sender.
  std::promise<void> room;
  intake.when_room([&] { room.set_value(); });
  release.set_value();
  room.get_future().wait();
  intake.observe(nullptr);
  CHECK(give(intake, std::move(large)).events == 1);
  CHECK(answered == 1);
  CHECK(intake.figures().refused == 1);
}

TEST_CASE("stopping answers everything taken, and refuses what comes later") {
  Fixture fixture;
  std::atomic<int> answered{0};
  Intake intake{fixture.store, {}};
  for (int i = 0; i < 200; ++i) REQUIRE(intake.offer(delivery_of({event_of(i)}), [&](const Receipt&) { ++answered; }));
  intake.stop();
  CHECK(answered == 200);
  CHECK(fixture.stored() == 200);
  CHECK(!intake.offer(delivery_of({event_of(999)}), [](const Receipt&) {}));
}

TEST_CASE("a document that holds more than a batch may is committed in parts, and its receipt counts all of them") {
  Fixture fixture;
  IntakeOptions options;
  options.workers = 1;
  options.batch.events = 7;
  options.batch.reject_bytes = 2000;
  Intake intake{fixture.store, options};
  std::string envelope = "{\"Records\":[";
  for (int i = 0; i < 100; ++i) envelope += event_of(i % 90) + ",{\"n\":" + std::to_string(i) + "},";
  envelope.back() = ']';
  const Receipt receipt = give(intake, delivery_of({event_of(1000), envelope + "}", event_of(1000), "{}"}));
  CHECK(receipt.status == Receipt::Status::durable);
  CHECK(receipt.events == 91);
  CHECK(receipt.duplicates == 11);
  CHECK(receipt.rejected == 101);
  REQUIRE(receipt.items.size() == 4);
  CHECK(receipt.items[0].events == 1);
  CHECK(receipt.items[1].events == 90);
  CHECK(receipt.items[1].duplicates == 10);
  CHECK(receipt.items[1].rejected == 100);
  CHECK(receipt.items[2].duplicates == 1);
  CHECK(receipt.items[3].rejected == 1);
  CHECK(fixture.stored() == 91);
  CHECK(fixture.store.snapshot().reject_count() == 101);
}
