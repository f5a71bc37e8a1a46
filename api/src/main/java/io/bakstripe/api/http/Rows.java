package io.bakstripe.api.http;

import java.util.List;

/** What a statement answers: rows of tasks, of configurations, of what was dropped, or of a query. */
record Rows(List<?> rows) {
    Rows {
        rows = List.copyOf(rows);
    }
}
