// The flow benchmark's workload on SimGrid: plain max-min sharing (CM02 without latencies, window or cross-traffic).
// usage: simgrid-flows Lazy|Full WORKLOAD; prints one line of JSON
//
// WORKLOAD has numbers alone: links, hosts, flows at a time, starts, flows that end before the measurement and in it;
// the capacity of every link, bit/s; for every ordered pair of hosts its route, as the count of its links and the
// links; for every start its pair and its bytes. Every flow that ends starts the next of the starts.
//
// No actor takes part once the first flows have started, so that SimGrid does not pay for switching to one: the end of a
// flow is heard of by a signal of its links, and the next flow starts at the end of the same step, before the next solution.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/resource.h>
#include <vector>

#include <simgrid/kernel/resource/Action.hpp>
#include <simgrid/s4u.hpp>

namespace s4u = simgrid::s4u;
using State = simgrid::kernel::resource::Action::State;

struct Start {
  s4u::Host *from;
  s4u::Host *to;
  uint64_t bytes;
};
static std::vector<Start> starts;
static size_t nextStart = 0;
static unsigned long ended = 0, due = 0, warmUp, measured;
static double startSeconds;
static std::vector<double> firstEnds;
static const unsigned long ENDS_TOLD = 1000;

static double UserSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + 1e-6 * usage.ru_utime.tv_usec;
}

static void StartNext() {
  const Start &start = starts.at(nextStart++);
  s4u::Comm::sendto_init(start.from, start.to)->set_payload_size(start.bytes)->detach();
}

static void Finish() {
  const double seconds = UserSeconds() - startSeconds;
  std::printf("{\"events\":%lu,\"seconds\":%.6f,\"ends\":[", measured, seconds);
  for (size_t i = 0; i < firstEnds.size(); i++) std::printf("%s%.17g", i ? "," : "", firstEnds[i]);
  std::printf("]}\n");
  std::fflush(stdout);
  std::_Exit(0);  // the flows under way are not part of the measurement
}

static void EndDueFlows(double) {
  for (; due > 0; due--) {
    ended++;
    if (ended <= ENDS_TOLD) firstEnds.push_back(s4u::Engine::get_clock());
    if (ended == warmUp) startSeconds = UserSeconds();
    if (ended == warmUp + measured) Finish();
    StartNext();
  }
}

static double Read(FILE *file) {
  double value;
  if (std::fscanf(file, "%lf", &value) != 1) {
    std::fprintf(stderr, "the workload ends early\n");
    std::exit(2);
  }
  return value;
}

int main(int argc, char **argv) {
  s4u::Engine engine(&argc, argv);
  if (argc != 3) return 2;
  s4u::Engine::set_config("network/model", std::string("CM02"));
  s4u::Engine::set_config("network/crosstraffic", false);
  s4u::Engine::set_config("network/TCP-gamma", 0.0);
  s4u::Engine::set_config("network/weight-S", 0.0);
  s4u::Engine::set_config("network/optim", std::string(argv[1]));

  FILE *file = std::fopen(argv[2], "r");
  if (!file) return 2;
  const int linkCount = Read(file), hostCount = Read(file), flowCount = Read(file), startCount = Read(file);
  warmUp = Read(file);
  measured = Read(file);
  auto *zone = s4u::create_full_zone("network");
  std::vector<const s4u::Link *> links;
  for (int i = 0; i < linkCount; i++)
    links.push_back(zone->create_link("link-" + std::to_string(i), Read(file) / 8)->set_latency(0)->seal());
  std::vector<s4u::Host *> hosts;
  for (int i = 0; i < hostCount; i++) hosts.push_back(zone->create_host("host-" + std::to_string(i), 1e9)->seal());
  std::vector<std::pair<s4u::Host *, s4u::Host *>> pairs;
  for (auto *from : hosts)
    for (auto *to : hosts) {
      if (from == to) continue;
      std::vector<s4u::LinkInRoute> route;
      for (int left = Read(file); left > 0; left--) route.emplace_back(links.at(Read(file)));
      zone->add_route(from->get_netpoint(), to->get_netpoint(), nullptr, nullptr, route, false);
      pairs.emplace_back(from, to);
    }
  zone->seal();
  for (int i = 0; i < startCount; i++) {
    const auto [from, to] = pairs.at(Read(file));
    starts.push_back({from, to, uint64_t(Read(file))});
  }
  std::fclose(file);

  s4u::Link::on_communication_state_change_cb(
      [](simgrid::kernel::resource::NetworkAction const &, State before) { due += before == State::STARTED; });
  s4u::Engine::on_time_advance_cb(EndDueFlows);
  s4u::Actor::create("first flows", hosts[0], [flowCount] {
    for (int i = 0; i < flowCount; i++) StartNext();
    s4u::this_actor::suspend();
  });
  engine.run();
  std::fprintf(stderr, "SimGrid stopped before the last flow\n");
  return 1;
}
