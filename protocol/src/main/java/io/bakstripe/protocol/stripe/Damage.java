package io.bakstripe.protocol.stripe;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The damaged pages of a stripe, of a set, or of a part of one.
 *
 * @param pages how many there are
 * @param first the first of them, at most {@link #LISTED}
 */
public record Damage(long pages, List<DamagedPage> first) {
    /** The most pages that are named; all are counted. */
    public static final int LISTED = 100;

    /** How many stand in one line of text. */
    private static final int IN_A_LINE = 5;

    private static final Damage NONE = new Damage(0, List.of());

    public Damage {
        first = List.copyOf(first);
        if (first.size() > Math.min(pages, LISTED)) {
            throw new IllegalArgumentException(first.size() + " of " + pages + " damaged pages are named");
        }
    }

    public static Damage none() {
        return NONE;
    }

    public static Damage of(List<DamagedPage> pages) {
        return new Damage(pages.size(), pages.stream().limit(LISTED).toList());
    }

    /** True when a page is damaged. */
    public boolean found() {
        return pages > 0;
    }

    /** Both together. */
    public Damage and(Damage other) {
        return new Damage(
                pages + other.pages,
                Stream.concat(first.stream(), other.first.stream())
                        .limit(LISTED)
                        .toList());
    }

    /** The same with at most {@code most} pages named. */
    public Damage naming(int most) {
        return first.size() <= most ? this : new Damage(pages, first.subList(0, most));
    }

    /** The first few in words, and how many more there are. */
    public String summary() {
        List<DamagedPage> named = naming(IN_A_LINE).first;
        String names = named.stream().map(DamagedPage::toString).collect(Collectors.joining(", "));
        long more = pages - named.size();
        return more == 0 ? names : names + " and " + more + " more";
    }
}
