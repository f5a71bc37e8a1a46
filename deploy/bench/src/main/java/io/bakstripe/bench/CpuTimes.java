package io.bakstripe.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Processor time of a node, its object store and its servers, and of the bench itself, ended children included; seconds, or milliseconds for each call.
 *
 * @param servers all else that the node has started
 * @param bench the callers
 */
record CpuTimes(double node, double store, double servers, double bench) {
    private static final double MILLIS = 1_000;

    static CpuTimes now(BenchNode node) {
        double all = ProcessFacts.treeCpuSeconds(node.pid());
        double own = ProcessFacts.cpuSeconds(node.pid());
        double store = ProcessFacts.cpuSeconds(node.storePid());
        return new CpuTimes(
                own,
                store,
                all - own - store,
                ProcessFacts.cpuSeconds(ProcessHandle.current().pid()));
    }

    CpuTimes since(CpuTimes before) {
        return new CpuTimes(node - before.node, store - before.store, servers - before.servers, bench - before.bench);
    }

    /** Milliseconds for each of so many calls. */
    CpuTimes perCall(int calls) {
        double each = MILLIS / Math.max(1, calls);
        return new CpuTimes(node * each, store * each, servers * each, bench * each);
    }

    String text() {
        return String.format(
                Locale.ROOT, "node %.2f, store %.2f, servers %.2f, callers %.2f", node, store, servers, bench);
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("node", node);
        json.put("store", store);
        json.put("servers", servers);
        json.put("callers", bench);
        return json;
    }
}
