package io.bakstripe.worker.key.provider;

import com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider;
import com.amazon.corretto.crypto.provider.SelfTestStatus;
import com.typesafe.config.Config;
import java.security.Security;
import java.util.Locale;
import java.util.Optional;

/**
 * Whose ciphers this process uses, {@code bakstripe.worker.crypto-provider}: those of the Amazon Corretto Crypto Provider, native code that needs no compiler, or those of
 * the JDK, which are slow until the second compiler has seen them; a node runs without that one. What they make is the same.
 */
public enum CryptoProvider {
    /** Corretto's where its native library loads and passes its tests, else the JDK's. */
    AUTO,
    /** The JDK's. */
    JDK;

    /**
     * What is used since {@link #install}.
     *
     * @param name of the provider and its version
     * @param missing why it is not the one that was asked for; empty when it is
     */
    public record Active(String name, Optional<String> missing) {}

    /**
     * Reads the setting.
     *
     * @param worker the configuration at {@code bakstripe.worker}
     * @throws IllegalArgumentException for another word than {@code auto} and {@code jdk}
     */
    public static CryptoProvider from(Config worker) {
        String name = worker.getString("crypto-provider");
        return switch (name.toLowerCase(Locale.ROOT)) {
            case "auto" -> AUTO;
            case "jdk" -> JDK;
            default ->
                throw new IllegalArgumentException("bakstripe.worker.crypto-provider must be auto or jdk, not " + name);
        };
    }

    /**
     * Puts the provider first for everything in this process, TLS and request signatures included: libraries that encrypt for us ask the JDK for a cipher and not for a provider's. To be called
     * before anything is encrypted; again, it changes nothing.
     */
    public Active install() {
        if (this == JDK) {
            return new Active(ofJdk(), Optional.empty());
        }
        Optional<String> missing = corretto();
        return missing.isEmpty()
                ? new Active(
                        AmazonCorrettoCryptoProvider.PROVIDER_NAME + " "
                                + AmazonCorrettoCryptoProvider.INSTANCE.getVersionStr(),
                        missing)
                : new Active(ofJdk(), missing);
    }

    private static String ofJdk() {
        return "JDK " + Runtime.version();
    }

    /** Why it cannot be used; empty when it is in use. */
    private static Optional<String> corretto() {
        try {
            AmazonCorrettoCryptoProvider provider = AmazonCorrettoCryptoProvider.INSTANCE;
            Throwable failed = provider.getLoadingError();
            if (failed != null) {
                return Optional.of("its native library does not load here: " + failed.getMessage());
            }
            if (provider.runSelfTests() != SelfTestStatus.PASSED) {
                return Optional.of("it does not pass its own tests here");
            }
            Security.insertProviderAt(provider, 1);
            return Optional.empty();
        } catch (LinkageError | RuntimeException broken) {
            return Optional.of(String.valueOf(broken));
        }
    }
}
