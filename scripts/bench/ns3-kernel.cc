// The kernel benchmark's workloads on ns-3 with its fastest scheduler, std::priority_queue.
// usage: ns3-kernel hold PENDING EVENTS | ns3-kernel mm1 CUSTOMERS; prints one line of JSON
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <sys/resource.h>

#include "ns3/core-module.h"

using namespace ns3;

static int64_t increments[65536];
static uint32_t cursor = 0;
static uint64_t left;
static double startSeconds;

static double UserSeconds() {
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_utime.tv_sec + 1e-6 * usage.ru_utime.tv_usec;
}

static void Tick() {
  Simulator::Schedule(NanoSeconds(increments[cursor]), &Tick);
  cursor = (cursor + 1) & 65535;
  if (--left == 0) Simulator::Stop();
}

static void Hold(uint64_t pending, uint64_t events) {
  uint32_t state = 12345;
  int64_t sum = 0;
  for (int64_t &increment : increments) {
    state = state * 1664525u + 1013904223u;
    increment = int64_t(std::floor(-std::log((state + 0.5) / 4294967296.0) * 1e9)) + 1;
    sum += increment;
  }
  for (uint64_t i = 0; i < pending; i++) {
    Simulator::Schedule(NanoSeconds(increments[cursor]), &Tick);
    cursor = (cursor + 1) & 65535;
  }
  left = pending > 500000 ? pending : 500000;  // until the times of the pending events are in their steady state
  Simulator::Run();
  left = events;
  startSeconds = UserSeconds();
  Simulator::Run();
  std::printf("{\"events\":%llu,\"seconds\":%.6f,\"check\":%lld}\n", (unsigned long long)events,
              UserSeconds() - startSeconds, (long long)sum);
}

// xoshiro128**, public domain (Blackman & Vigna): faster than ns-3's own generator
static uint32_t s[4] = {0x9e3779b9, 0x243f6a88, 0xb7e15162, 0x1234567};
static uint32_t Next() {
  uint32_t r = s[1] * 5;
  r = ((r << 7) | (r >> 25)) * 9;
  const uint32_t t = s[1] << 9;
  s[2] ^= s[0];
  s[3] ^= s[1];
  s[1] ^= s[2];
  s[0] ^= s[3];
  s[2] ^= t;
  s[3] = (s[3] << 11) | (s[3] >> 21);
  return r;
}
static double Exponential() {
  const uint64_t high = Next() >> 5;
  const uint64_t low = Next() >> 6;
  return -std::log1p(-((high * 67108864.0 + low) / 9007199254740992.0));
}

static std::deque<int64_t> arrivedAt;
static uint64_t customers, served;
static double totalNs;
static void Leave();
static void StartService() { Simulator::Schedule(NanoSeconds(int64_t(std::ceil(1e9 * Exponential()))), &Leave); }
static void Arrive() {
  arrivedAt.push_back(Simulator::Now().GetNanoSeconds());
  if (arrivedAt.size() == 1) StartService();
  Simulator::Schedule(NanoSeconds(int64_t(std::ceil(1.25e9 * Exponential()))), &Arrive);
}
static void Leave() {
  totalNs += Simulator::Now().GetNanoSeconds() - arrivedAt.front();
  arrivedAt.pop_front();
  if (++served == customers) Simulator::Stop();
  if (!arrivedAt.empty()) StartService();
}
static void Mm1(uint64_t count) {
  customers = count;
  Simulator::Schedule(NanoSeconds(0), &Arrive);
  startSeconds = UserSeconds();
  Simulator::Run();
  std::printf("{\"events\":%llu,\"seconds\":%.6f,\"check\":%.6f}\n", (unsigned long long)(2 * count),
              UserSeconds() - startSeconds, totalNs / count / 1e9);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  ObjectFactory scheduler;
  scheduler.SetTypeId("ns3::PriorityQueueScheduler");
  Simulator::SetScheduler(scheduler);
  if (std::strcmp(argv[1], "hold") == 0) Hold(std::strtoull(argv[2], nullptr, 10), std::strtoull(argv[3], nullptr, 10));
  else Mm1(std::strtoull(argv[2], nullptr, 10));
  std::fflush(stdout);
  std::_Exit(0);  // destroying a million pending events is not what is measured
}
