package io.bakstripe.api.auth;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.bakstripe.protocol.instance.Login;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a declared login's token, {@code bk_<login>_<secret>}: it names its login, so that one hash is looked up and not all of them tried.
 *
 * @param secret what the hash in the configuration is made of
 */
public record TokenText(String login, String secret) {
    private static final Pattern TEXT = Pattern.compile("bk_([A-Za-z0-9._-]{1,63})_([A-Za-z0-9]{16,64})");
    private static final int SECRET_BYTES = 24;
    private static final int COST = 10;

    /** The parts of a token; empty when it is not written like one. */
    static Optional<TokenText> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        return matcher.matches() ? Optional.of(new TokenText(matcher.group(1), matcher.group(2))) : Optional.empty();
    }

    /** A new token for a login, with a secret of 192 random bits. */
    public static TokenText random(Login login, SecureRandom random) {
        byte[] secret = new byte[SECRET_BYTES];
        random.nextBytes(secret);
        return new TokenText(login.name(), HexFormat.of().formatHex(secret));
    }

    /** What a caller sends. */
    public String text() {
        return "bk_" + login + "_" + secret;
    }

    /** What the configuration holds: bcrypt with a cost of 10 and a salt of its own, another one at each call. */
    public String hash() {
        return BCrypt.withDefaults().hashToString(COST, secret.toCharArray());
    }

    /** True when the hash was made of this secret; takes tens of milliseconds. */
    boolean matches(String hash) {
        return BCrypt.verifyer().verify(secret.toCharArray(), hash).verified;
    }

    @Override
    public String toString() {
        return "TokenText[" + login + "]";
    }
}
