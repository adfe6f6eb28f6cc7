// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "starling-benchmarks",
    dependencies: [
        .package(name: "starling", path: "../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    ],
    targets: [
        .executableTarget(
            name: "load-generator",
            dependencies: [.product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "Sources/LoadGenerator", swiftSettings: settings),
        .executableTarget(
            name: "plan-times",
            dependencies: [.product(name: "Starling", package: "starling")],
            path: "Sources/PlanTimes", swiftSettings: settings),
    ]
)
