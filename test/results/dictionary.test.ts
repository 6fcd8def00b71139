import { expect, test } from 'vitest';
import { Digest } from '../../src/kernel/index.ts';
import { Dictionary } from '../../src/results/index.ts';

test('codes are given in the order in which strings come', () => {
  const nodes = new Dictionary('node');
  expect([...nodes.addAll(['a', 'b', 'c'])]).toEqual([0, 1, 2]);
  expect(nodes.code('b')).toBe(1);
  expect(nodes.code('d')).toBe(3);
  expect(nodes.names).toEqual(['a', 'b', 'c', 'd']);
});

test('entities of the same name share a code', () => {
  expect([...new Dictionary('service').addAll(['reviews', 'ratings', 'reviews'])]).toEqual([0, 1, 0]);
});

test('the digest knows the strings and their bounds', () => {
  const digestOf = (...names: string[]) => {
    const dictionary = new Dictionary('node');
    dictionary.addAll(names);
    const digest = new Digest();
    dictionary.fold(digest);
    return digest.hex;
  };
  const digests = [digestOf(), digestOf(''), digestOf('ab', 'c'), digestOf('a', 'bc'), digestOf('bc', 'a')];
  expect(new Set(digests).size).toBe(5);
});
