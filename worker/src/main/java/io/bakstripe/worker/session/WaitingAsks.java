package io.bakstripe.worker.session;

import io.bakstripe.protocol.message.SessionCommand.FetchSlices;
import io.bakstripe.protocol.stripe.PlanKind;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks for pages of a plan that is still being made. For each page only the latest waits: who asked before has given up or been replaced. */
final class WaitingAsks {
    /** More pages than the stripes of one set ask for at once. */
    private static final int MOST = 100;

    private final Map<Page, FetchSlices> asks = new LinkedHashMap<>();

    /** Keeps an ask; false when too many wait already. */
    boolean add(FetchSlices ask) {
        Page page = new Page(ask.stripe(), ask.plan(), ask.page());
        if (asks.size() >= MOST && !asks.containsKey(page)) {
            return false;
        }
        asks.put(page, ask);
        return true;
    }

    /** Gives all and forgets them. */
    List<FetchSlices> take() {
        List<FetchSlices> all = List.copyOf(asks.values());
        asks.clear();
        return all;
    }

    private record Page(int stripe, PlanKind plan, int page) {}
}
