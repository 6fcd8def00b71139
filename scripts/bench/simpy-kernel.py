"""The kernel benchmark's workloads on SimPy.

usage: simpy-kernel.py hold|mm1 process|callback ...; prints one line of JSON
  process: the way SimPy is meant to be used; callback: as fast as SimPy's event queue can be driven
"""

import json
import math
import random
import resource
import sys
from collections import deque

import simpy


def user_seconds():
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def table():
    state, increments = 12345, []
    for _ in range(65536):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        increments.append(math.floor(-math.log((state + 0.5) / 4294967296) * 1e9) + 1)
    return increments


def hold(style, pending, events):
    increments = table()
    env = simpy.Environment()
    cursor = 0
    done = env.event()
    left = max(pending, 100_000)

    def proc():
        nonlocal cursor, left
        while True:
            delay = increments[cursor]
            cursor = (cursor + 1) & 65535
            yield env.timeout(delay)
            left -= 1
            if left == 0:
                done.succeed()

    def tick(_):
        nonlocal cursor, left
        env.timeout(increments[cursor]).callbacks.append(tick)
        cursor = (cursor + 1) & 65535
        left -= 1
        if left == 0:
            done.succeed()

    if style == 'process':
        for _ in range(pending):
            env.process(proc())
    else:
        for _ in range(pending):
            env.timeout(increments[cursor]).callbacks.append(tick)
            cursor = (cursor + 1) & 65535
    env.run(done)
    done = env.event()
    left = events
    start = user_seconds()
    env.run(done)
    return {'events': events, 'seconds': user_seconds() - start, 'check': sum(increments)}


def mm1_process(customers):
    env = simpy.Environment()
    rng = random.Random(1)
    server = simpy.Resource(env, capacity=1)
    done = env.event()
    served, total = 0, 0.0

    def customer():
        nonlocal served, total
        arrived = env.now
        with server.request() as turn:
            yield turn
            yield env.timeout(rng.expovariate(1.0))
        total += env.now - arrived
        served += 1
        if served == customers:
            done.succeed()

    def source():
        while True:
            env.process(customer())
            yield env.timeout(rng.expovariate(0.8))

    env.process(source())
    start = user_seconds()
    env.run(done)
    return {'events': 2 * customers, 'seconds': user_seconds() - start, 'check': total / customers}


def mm1_callback(customers):
    env = simpy.Environment()
    rng = random.Random(1)
    done = env.event()
    waiting = deque()
    served, total = 0, 0.0

    def arrive(_):
        waiting.append(env.now)
        if len(waiting) == 1:
            env.timeout(rng.expovariate(1.0)).callbacks.append(leave)
        env.timeout(rng.expovariate(0.8)).callbacks.append(arrive)

    def leave(_):
        nonlocal served, total
        total += env.now - waiting.popleft()
        served += 1
        if served == customers:
            done.succeed()
        if waiting:
            env.timeout(rng.expovariate(1.0)).callbacks.append(leave)

    env.timeout(0).callbacks.append(arrive)
    start = user_seconds()
    env.run(done)
    return {'events': 2 * customers, 'seconds': user_seconds() - start, 'check': total / customers}


if __name__ == '__main__':
    workload, style = sys.argv[1:3]
    if workload == 'hold':
        row = hold(style, int(sys.argv[3]), int(sys.argv[4]))
    else:
        row = (mm1_process if style == 'process' else mm1_callback)(int(sys.argv[3]))
    print(json.dumps(row))
