package io.bakstripe.worker.stripe;

import io.bakstripe.worker.store.ObjectStore.StoredPart;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a comparison of the record with the store's list of parts has found. */
sealed interface PartComparison {
    /** Every recorded part is there as it was stored. */
    record Equal() implements PartComparison {}

    /** The store does not know the upload. */
    record UploadUnknown() implements PartComparison {}

    /**
     * Some parts are missing or are not what was stored.
     *
     * @param numbers of these parts, in order; not empty
     * @param first what is wrong with the first of them, in words
     */
    record Different(List<Integer> numbers, String first) implements PartComparison {
        public Different {
            numbers = List.copyOf(numbers);
        }
    }

    /**
     * Compares numbers, sizes and entity tags. Listed parts beyond the record are no difference: a completion names the recorded ones only.
     *
     * @param listed empty when the store does not know the upload
     */
    static PartComparison of(PartLedger parts, Optional<List<StoredPart>> listed) {
        if (listed.isEmpty()) {
            return new UploadUnknown();
        }
        Map<Integer, StoredPart> found = new HashMap<>();
        listed.get().forEach(part -> found.put(part.number(), part));
        List<Integer> numbers = new ArrayList<>();
        String first = "";
        for (int number = 1; number <= parts.count(); number++) {
            StoredPart part = found.get(number);
            if (part == null || !same(parts, number, part)) {
                if (numbers.isEmpty()) {
                    first = "part " + number
                            + (part == null
                                    ? " is missing from the store's list"
                                    : " is not what was stored; the store lists " + part.size() + " bytes, etag "
                                            + part.etag());
                }
                numbers.add(number);
            }
        }
        return numbers.isEmpty() ? new Equal() : new Different(numbers, first);
    }

    private static boolean same(PartLedger parts, int number, StoredPart part) {
        boolean sameSize = part.size() == 0 || part.size() == parts.sentBytes(number);
        return sameSize && bare(part.etag()).equals(bare(parts.etag(number)));
    }

    /** Some stores quote entity tags in one answer and not in another. */
    private static String bare(String etag) {
        return etag.replace("\"", "");
    }
}
