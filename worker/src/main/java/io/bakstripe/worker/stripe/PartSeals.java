package io.bakstripe.worker.stripe;

import io.bakstripe.worker.journal.StripeEvent.PartStored;
import io.bakstripe.worker.journal.StripeEvent.Sealed;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/** What the store has of the recorded parts of a stripe whose parts are sealed, in columns; takes nothing where they are not. Either all parts of a stripe are sealed or none is. */
final class PartSeals {
    private int[] more = {};
    private int[] crc = {};
    private byte[] carries = {};
    private int carryBytes;

    /** @param before parts that are there */
    void append(int before, PartStored part) {
        if (part.sealed().isEmpty()) {
            return;
        }
        Sealed sealed = part.sealed().get();
        byte[] carry = Base64.getDecoder().decode(sealed.carry());
        if (before == more.length) {
            int larger = before + before / 8 + 4;
            more = Arrays.copyOf(more, larger);
            crc = Arrays.copyOf(crc, larger);
            carryBytes = carry.length;
            carries = Arrays.copyOf(carries, larger * carryBytes);
        }
        more[before] = Math.toIntExact(sealed.bytes() - part.storedBytes());
        crc[before] = sealed.crc32c();
        System.arraycopy(carry, 0, carries, before * carryBytes, carry.length);
    }

    /** @param storedBytes of the part before it was sealed */
    Optional<Sealed> of(int number, long storedBytes) {
        if (more.length == 0) {
            return Optional.empty();
        }
        int from = (number - 1) * carryBytes;
        // The last part has none to give; nobody asks for it.
        String carry = Base64.getEncoder().encodeToString(Arrays.copyOfRange(carries, from, from + carryBytes));
        return Optional.of(new Sealed(storedBytes + more[number - 1], crc[number - 1], carry));
    }

    PartSeals copy(int upTo) {
        PartSeals copy = new PartSeals();
        if (more.length > 0) {
            copy.more = Arrays.copyOf(more, Math.max(4, upTo));
            copy.crc = Arrays.copyOf(crc, Math.max(4, upTo));
            copy.carryBytes = carryBytes;
            copy.carries = Arrays.copyOf(carries, Math.max(4, upTo) * carryBytes);
        }
        return copy;
    }

    long heldBytes() {
        return 2L * Integer.BYTES * more.length + carries.length;
    }
}
