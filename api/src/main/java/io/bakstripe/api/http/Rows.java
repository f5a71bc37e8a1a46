package io.bakstripe.api.http;

import java.util.List;

/** What a procedure answers: task rows or configuration rows. */
record Rows(List<?> rows) {
    Rows {
        rows = List.copyOf(rows);
    }
}
