package io.bakstripe.bench;

import java.util.Locale;
import java.util.Random;

/** The tables of the sample database: what each row looks like and about how many bytes it takes in its table and index. */
enum SampleTable {
    /** As {@code pgbench} fills it: numbers and blanks. */
    ACCOUNTS(
            "pgbench_accounts",
            "aid int primary key, bid int, abalance int, filler char(84)",
            0.3,
            158,
            "abalance = abalance + 1") {
        @Override
        void append(StringBuilder line, long id, SampleText text, Random random) {
            line.append(id).append('\t').append(id / ACCOUNTS_PER_BRANCH + 1).append('\t');
            line.append(random.nextInt(BALANCES) - BALANCES / 2).append('\t');
        }
    },

    /** Prose. */
    ARTICLES("articles", "id bigint primary key, title text, body text", 0.4, 690, "title = reverse(title)") {
        @Override
        void append(StringBuilder line, long id, SampleText text, Random random) {
            line.append(id).append('\t');
            text.append(line, TITLE);
            line.append('\t');
            text.append(line, BODY / 2 + random.nextInt(BODY));
        }
    },

    /** Documents of an application, as JSON text in binary form. */
    EVENTS(
            "events",
            "id bigint primary key, at timestamptz, document jsonb",
            0.3,
            470,
            "at = at + interval '1 second'") {
        @Override
        void append(StringBuilder line, long id, SampleText text, Random random) {
            line.append(id).append("\t2026-01-01 00:00:00+00\t{\"user\": ");
            line.append(random.nextInt(USERS)).append(", \"session\": \"");
            line.append(Long.toHexString(random.nextLong())).append("\", \"action\": \"");
            line.append(text.word()).append("\", \"duration\": ").append(random.nextInt(DURATIONS));
            line.append(", \"agent\": \"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36\", \"address\": \"10.");
            line.append(random.nextInt(BYTES)).append('.').append(random.nextInt(BYTES));
            line.append(".7\", \"tags\": [\"")
                    .append(text.word())
                    .append("\", \"")
                    .append(text.word());
            line.append("\"], \"note\": \"");
            text.append(line, NOTE);
            line.append("\"}");
        }
    };

    private static final int ACCOUNTS_PER_BRANCH = 100_000;
    private static final int BALANCES = 10_000;
    private static final int TITLE = 40;
    private static final int BODY = 560;
    private static final int NOTE = 80;
    private static final int USERS = 50_000;
    private static final int DURATIONS = 5_000;
    private static final int BYTES = 256;

    private final String tableName;
    private final String columns;
    private final double share;
    private final int rowBytes;
    private final String change;

    SampleTable(String tableName, String columns, double share, int rowBytes, String change) {
        this.tableName = tableName;
        this.columns = columns;
        this.share = share;
        this.rowBytes = rowBytes;
        this.change = change;
    }

    /** Appends a row in the text form of COPY, without the end of the line. */
    abstract void append(StringBuilder line, long id, SampleText text, Random random);

    String tableName() {
        return tableName;
    }

    String columns() {
        return columns;
    }

    /** An assignment for UPDATE that leaves a row as long as it is, and its keys alone. */
    String change() {
        return change;
    }

    /** Rows that make this table's share of a database of {@code bytes}. */
    long rows(long bytes) {
        return (long) (bytes * share / rowBytes);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
