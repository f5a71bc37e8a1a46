package io.bakstripe.worker.host;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.function.Supplier;

/** Passwords for managed servers: 144 random bits in letters, digits, {@code -} and {@code _}. */
public final class RandomPasswords implements Supplier<String> {
    private static final int BYTES = 18;

    private final SecureRandom random;

    public RandomPasswords(SecureRandom random) {
        this.random = random;
    }

    @Override
    public String get() {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
