package io.bakstripe.api.auth;

import io.bakstripe.protocol.instance.Login;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tokens that are accepted and the logins that they stand for: today one token, for login {@code master}. */
public final class BearerTokens {
    private static final Pattern CREDENTIALS = Pattern.compile("(?i:bearer) +([^ ]+) *");

    private final byte[] masterDigest;

    /** @param masterToken must not be blank: an empty token would let everyone in */
    public BearerTokens(String masterToken) {
        if (masterToken.isBlank()) {
            throw new IllegalArgumentException("the token of the master login must not be blank");
        }
        this.masterDigest = digest(masterToken);
    }

    /**
     * The login behind the value of an {@code Authorization} header, empty when it is none of ours. The time taken does not depend on how much of
     * the token is right.
     */
    public Optional<Login> loginOf(String authorization) {
        Matcher matcher = CREDENTIALS.matcher(authorization);
        // Digests are compared so that not even the length of the token can be measured.
        if (matcher.matches() && MessageDigest.isEqual(masterDigest, digest(matcher.group(1)))) {
            return Optional.of(Login.MASTER);
        }
        return Optional.empty();
    }

    private static byte[] digest(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
