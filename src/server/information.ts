/**
 * What INFO says: its sections, and the fields that clients read.
 *
 * @module
 */

import { cpuUsage } from "node:process";
import { timers } from "../timers.ts";
import type { Serving } from "./serving.ts";
import { VERSION } from "./version.ts";

type Fields = Readonly<Record<string, string | number>>;

/** Each section, in its order. */
const SECTIONS: Readonly<Record<string, (serving: Serving) => Fields>> = {
  Server: (serving) => {
    const seconds = Math.floor((timers.now() - serving.since) / 1000);
    return {
      redis_version: VERSION,
      redis_mode: "standalone",
      os: `${Deno.build.os} ${Deno.build.arch}`,
      arch_bits: 64,
      multiplexing_api: "deno",
      process_id: Deno.pid,
      run_id: serving.runId,
      tcp_port: serving.port,
      server_time_usec: timers.now() * 1000,
      uptime_in_seconds: seconds,
      uptime_in_days: Math.floor(seconds / 86400),
      io_threads_active: 0,
    };
  },
  Clients: ({ counters, settings }) => {
    const { blocked, clients, subscribers } = counters.totals();
    return {
      connected_clients: clients,
      maxclients: settings.maxClients,
      blocked_clients: blocked,
      pubsub_clients: subscribers,
      tracking_clients: 0,
      clients_in_timeout_table: 0,
    };
  },
  Memory: ({ store }) => {
    const { liveBytes, reservedBytes, usedBytes } = store.stats();
    return {
      used_memory: usedBytes,
      used_memory_human: human(usedBytes),
      used_memory_dataset: liveBytes,
      maxmemory: reservedBytes,
      maxmemory_human: human(reservedBytes),
      maxmemory_policy: "noeviction",
      mem_fragmentation_ratio: ratio(usedBytes, liveBytes),
      mem_allocator: "epochmap",
    };
  },
  Persistence: ({ saves }) => ({
    loading: 0,
    rdb_changes_since_last_save: 0,
    rdb_bgsave_in_progress: saves.isSaving ? 1 : 0,
    rdb_last_save_time: Math.floor(saves.lastSave / 1000),
    rdb_last_bgsave_status: saves.hasFailed ? "err" : "ok",
    aof_enabled: 0,
  }),
  Stats: ({ counters, space, store }) => {
    const totals = counters.totals();
    const { evicted, expiredCleaned, hits, misses } = store.metrics();
    return {
      total_connections_received: totals.connections,
      total_commands_processed: totals.commands,
      total_net_input_bytes: totals.received,
      total_net_output_bytes: totals.sent,
      rejected_connections: totals.rejected,
      expired_keys: expiredCleaned,
      evicted_keys: evicted,
      keyspace_hits: hits,
      keyspace_misses: misses,
      pubsub_channels: space.publisher.channels("channel").length,
      pubsub_patterns: space.publisher.patterns,
      total_error_replies: totals.errors,
      client_output_buffer_limit_disconnections: totals.cutOff,
    };
  },
  Replication: () => ({
    role: "master",
    connected_slaves: 0,
    master_repl_offset: 0,
  }),
  CPU: () => {
    const { system, user } = cpuSeconds();
    return {
      used_cpu_sys: system.toFixed(6),
      used_cpu_user: user.toFixed(6),
    };
  },
  Modules: () => ({}),
  Cluster: () => ({ cluster_enabled: 0 }),
  Keyspace: ({ space }): Fields => {
    const { size } = space.keyspace;
    return size === 0 ? {} : { db0: `keys=${size},expires=0,avg_ttl=0` };
  },
};

/** Words that stand for several sections. */
const WHOLES = new Set(["DEFAULT", "ALL", "EVERYTHING"]);

/** The text of INFO, for these sections; for none of them: all. */
export function informationOf(
  serving: Serving,
  sections: readonly string[],
): string {
  const wanted = new Set(sections.map((section) => section.toUpperCase()));
  const isWhole = wanted.size === 0 ||
    [...wanted].some((section) => WHOLES.has(section));
  return Object.entries(SECTIONS)
    .filter(([name]) => isWhole || wanted.has(name.toUpperCase()))
    .map(([name, fieldsOf]) => textOf(name, fieldsOf(serving)))
    .join("\r\n");
}

function textOf(name: string, fields: Fields): string {
  const lines = Object.entries(fields).map(([field, value]) =>
    `${field}:${value}\r\n`
  );
  return `# ${name}\r\n${lines.join("")}`;
}

function cpuSeconds(): { readonly system: number; readonly user: number } {
  const { system, user } = cpuUsage();
  return { system: system / 1e6, user: user / 1e6 };
}

function ratio(all: number, part: number): string {
  return (part === 0 ? 1 : all / part).toFixed(2);
}

/** Bytes, as people read them. */
function human(bytes: number): string {
  const units = ["B", "K", "M", "G"];
  let size = bytes;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return unit === 0 ? `${size}B` : `${size.toFixed(2)}${units[unit]}`;
}
