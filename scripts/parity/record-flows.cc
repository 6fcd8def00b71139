// Records the completion times of random sets of flows on a random network by SimGrid, as parity-network.ts reads them:
// no latency, CM02 without window and corrections, that is plain max-min sharing over the whole path.
//
//   g++ -O1 -o record-flows scripts/parity/record-flows.cc -lsimgrid
//   ./record-flows SEED LINKS ROUTES FLOWS LONGEST-ROUTE random|equal >> flows.jsonl
//
// `equal` gives every link the same capacity and lets flows start and end together, where solvers differ most easily.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <simgrid/s4u.hpp>

namespace s4u = simgrid::s4u;

struct Flow {
  int route;
  double startS;
  uint64_t bytes;
  double endS;
};
static std::vector<Flow> flows;
static std::vector<std::pair<s4u::Host *, s4u::Host *>> ends;

int main(int argc, char **argv) {
  s4u::Engine engine(&argc, argv);
  if (argc != 7) {
    std::fprintf(stderr, "usage: record-flows SEED LINKS ROUTES FLOWS LONGEST-ROUTE random|equal\n");
    return 2;
  }
  const int linkCount = std::atoi(argv[2]), routeCount = std::atoi(argv[3]), flowCount = std::atoi(argv[4]);
  const int longest = std::min(std::atoi(argv[5]), linkCount);
  const bool isEqual = std::strcmp(argv[6], "equal") == 0;
  std::mt19937 random(std::atoi(argv[1]));
  const auto draw = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  s4u::Engine::set_config("network/model", std::string("CM02"));
  s4u::Engine::set_config("network/crosstraffic", false);
  s4u::Engine::set_config("network/TCP-gamma", 0.0);
  s4u::Engine::set_config("network/weight-S", 0.0);
  s4u::Engine::set_config("network/optim", std::string("Full"));

  auto *zone = s4u::create_full_zone("network");
  std::vector<const s4u::Link *> links;
  std::printf("{\"id\":%s,\"links\":[", argv[1]);
  for (int link = 0; link < linkCount; link++) {
    const double bytesPerSecond = isEqual ? 1e8 : draw(1, 1000) * 1e6;
    std::printf("%s%.0f", link ? "," : "", bytesPerSecond);
    links.push_back(zone->create_link("link-" + std::to_string(link), bytesPerSecond)->set_latency(0)->seal());
  }
  std::printf("],\"routes\":[");
  std::vector<int> order(linkCount);
  for (int link = 0; link < linkCount; link++) order[link] = link;
  for (int route = 0; route < routeCount; route++) {
    std::shuffle(order.begin(), order.end(), random);
    auto *from = zone->create_host("from-" + std::to_string(route), 1e9)->seal();
    auto *to = zone->create_host("to-" + std::to_string(route), 1e9)->seal();
    std::vector<s4u::LinkInRoute> over;
    std::printf("%s[", route ? "," : "");
    for (int left = draw(1, longest), at = 0; at < left; at++) {
      std::printf("%s%d", at ? "," : "", order[at]);
      over.emplace_back(links[order[at]]);
    }
    std::printf("]");
    zone->add_route(from->get_netpoint(), to->get_netpoint(), nullptr, nullptr, over, false);
    ends.emplace_back(from, to);
  }
  zone->seal();
  for (int flow = 0; flow < flowCount; flow++) {
    const int route = draw(0, routeCount - 1);
    if (isEqual) flows.push_back({route, double(draw(0, 5)), uint64_t(draw(1, 4)) * 100000000, 0});
    else flows.push_back({route, draw(0, 5000) / 1000.0, uint64_t(draw(1000, 1000000)) * 1000, 0});
    s4u::Actor::create("flow", ends[route].first, [flow] {
      auto &[route, startS, bytes, endS] = flows[flow];
      if (startS > 0) s4u::this_actor::sleep_until(startS);
      s4u::Comm::sendto_init(ends[route].first, ends[route].second)->set_payload_size(bytes)->wait();
      endS = s4u::Engine::get_clock();
    });
  }
  engine.run();
  std::printf("],\"flows\":[");
  for (int flow = 0; flow < flowCount; flow++) {
    const auto &[route, startS, bytes, endS] = flows[flow];
    std::printf("%s[%d,%.3f,%lu,%.9f]", flow ? "," : "", route, startS, (unsigned long)bytes, endS);
  }
  std::printf("]}\n");
}
